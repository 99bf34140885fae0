import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.jena.graph.Graph;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.riot.RDFParser;
import org.apache.jena.riot.lang.LabelToNode;

/**
 * Loads DATA and SHAPES, validates, and prints one JSON line for each validation.
 *
 * <p>Arguments: {@code jena|topbraid DATA SHAPES [--repeat N]}. With {@code --repeat} the same
 * process validates N times, so the later lines show a warm virtual machine.
 *
 * <p>Or: {@code jena|topbraid --pairs FOLDER}. Each {@code X.data.nt} there is validated with
 * {@code X.shapes.nt}, and its report is written to {@code X.report.nt}; or, where the engine
 * throws, the words of the exception to {@code X.error}. A blank node keeps its label, with a B
 * in front.
 */
public final class ShaclPeers {
    /** What both engines do. */
    interface Engine {
        String version();

        void load(String data, String shapes);

        /** Validates once and returns the component of each result. */
        List<String> validate();

        /** The report of data and shapes that are at hand. */
        Graph report(Graph data, Graph shapes);

        /** An empty graph of the kind that the engine asks for. */
        Graph empty();
    }

    private ShaclPeers() {}

    public static void main(String[] arguments)
            throws ReflectiveOperationException, IOException {
        List<String> given = new ArrayList<>(List.of(arguments));
        int repeat = 1;
        int at = given.indexOf("--repeat");
        if (at >= 0) {
            repeat = Integer.parseInt(given.get(at + 1));
            given.subList(at, at + 2).clear();
        }
        String name = given.get(0);
        // Each engine brings its own Jena, so only one of the two is on the class path.
        String type = name.equals("jena") ? "JenaEngine" : "TopBraidEngine";
        Engine engine = (Engine) Class.forName(type).getDeclaredConstructor().newInstance();
        if (given.get(1).equals("--pairs")) {
            validatePairs(engine, Path.of(given.get(2)));
            return;
        }
        double start = seconds();
        engine.load(given.get(1), given.get(2));
        double load = seconds() - start;
        for (int run = 0; run < repeat; run++) {
            double before = seconds();
            List<String> components = engine.validate();
            print(name, engine.version(), load, seconds() - before, components);
        }
    }

    private static void validatePairs(Engine engine, Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.data.nt")) {
            for (Path data : files) {
                String name = data.getFileName().toString().replace(".data.nt", "");
                try {
                    Graph shapes = read(engine, folder.resolve(name + ".shapes.nt"));
                    Graph report = engine.report(read(engine, data), shapes);
                    try (OutputStream out =
                            Files.newOutputStream(folder.resolve(name + ".report.nt"))) {
                        RDFDataMgr.write(out, report, Lang.NTRIPLES);
                    }
                } catch (RuntimeException | StackOverflowError error) {
                    Files.writeString(folder.resolve(name + ".error"), String.valueOf(error));
                }
            }
        }
    }

    private static Graph read(Engine engine, Path file) {
        Graph graph = engine.empty();
        RDFParser.source(file).labelToNode(LabelToNode.createUseLabelAsGiven()).parse(graph);
        return graph;
    }

    private static double seconds() {
        return System.nanoTime() / 1e9;
    }

    private static void print(
            String name, String version, double load, double validate, List<String> components) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String component : components) {
            String local = component.substring(component.indexOf('#') + 1);
            counts.merge(local, 1, Integer::sum);
        }
        List<String> pairs = new ArrayList<>();
        counts.forEach((component, count) -> pairs.add("\"" + component + "\": " + count));
        System.out.printf(
                Locale.ROOT,
                "{\"engine\": \"%s\", \"version\": \"%s\", \"load_s\": %.4f, \"validate_s\": %.4f,"
                        + " \"violations\": %d, \"by_component\": {%s}}%n",
                name, version, load, validate, components.size(), String.join(", ", pairs));
    }
}
