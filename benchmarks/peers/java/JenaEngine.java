import java.util.ArrayList;
import java.util.List;
import org.apache.jena.graph.Graph;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.shacl.validation.ReportEntry;
import org.apache.jena.sparql.graph.GraphFactory;

/** Apache Jena SHACL over its default graph in memory. */
final class JenaEngine implements ShaclPeers.Engine {
    private Graph data;
    private Shapes shapes;

    @Override
    public String version() {
        return ShaclValidator.class.getPackage().getImplementationVersion();
    }

    @Override
    public void load(String dataFile, String shapesFile) {
        data = RDFDataMgr.loadGraph(dataFile);
        shapes = Shapes.parse(RDFDataMgr.loadGraph(shapesFile));
    }

    @Override
    public List<String> validate() {
        List<String> components = new ArrayList<>();
        for (ReportEntry entry : ShaclValidator.get().validate(shapes, data).getEntries()) {
            components.add(entry.sourceConstraintComponent().getURI());
        }
        return components;
    }

    @Override
    public Graph report(Graph data, Graph shapes) {
        return ShaclValidator.get().validate(Shapes.parse(shapes), data).getGraph();
    }

    @Override
    public Graph empty() {
        return GraphFactory.createDefaultGraph();
    }
}
