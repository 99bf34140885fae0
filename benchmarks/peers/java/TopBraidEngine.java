import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.jena.graph.Graph;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.apache.jena.rdf.model.Resource;
import org.apache.jena.riot.RDFDataMgr;
import org.topbraid.jenax.util.JenaUtil;
import org.topbraid.shacl.validation.ValidationEngineConfiguration;
import org.topbraid.shacl.validation.ValidationUtil;
import org.topbraid.shacl.vocabulary.SH;

/** TopBraid SHACL over the Jena model that it asks for. */
final class TopBraidEngine implements ShaclPeers.Engine {
    private static final String ABOUT = "/META-INF/maven/org.topbraid/shacl/pom.properties";
    private Model data;
    private Model shapes;

    @Override
    public String version() {
        Properties properties = new Properties();
        try (InputStream in = ValidationUtil.class.getResourceAsStream(ABOUT)) {
            properties.load(in);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
        return properties.getProperty("version");
    }

    @Override
    public void load(String dataFile, String shapesFile) {
        data = JenaUtil.createMemoryModel();
        shapes = JenaUtil.createMemoryModel();
        RDFDataMgr.read(data, dataFile);
        RDFDataMgr.read(shapes, shapesFile);
    }

    @Override
    public List<String> validate() {
        Model report = validate(data, shapes);
        List<String> components = new ArrayList<>();
        for (Resource result : report.listSubjectsWithProperty(SH.sourceConstraintComponent).toList()) {
            components.add(
                    result.getPropertyResourceValue(SH.sourceConstraintComponent).getURI());
        }
        return components;
    }

    @Override
    public Graph report(Graph data, Graph shapes) {
        return validate(
                        ModelFactory.createModelForGraph(data),
                        ModelFactory.createModelForGraph(shapes))
                .getGraph();
    }

    @Override
    public Graph empty() {
        return JenaUtil.createMemoryModel().getGraph();
    }

    private static Model validate(Model data, Model shapes) {
        ValidationEngineConfiguration plain =
                new ValidationEngineConfiguration().setValidateShapes(false);
        return ValidationUtil.validateModel(data, shapes, plain).getModel();
    }
}
