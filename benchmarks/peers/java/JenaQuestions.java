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
import org.apache.jena.query.Dataset;
import org.apache.jena.query.DatasetFactory;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.ReadWrite;
import org.apache.jena.query.ResultSetFactory;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.query.ResultSetRewindable;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.tdb2.TDB2Factory;
import org.apache.jena.tdb2.loader.Loader;

/**
 * Loads DATA, asks each question of the folder QUERIES once and up to REPEAT times more, writes its
 * answer as SPARQL JSON to the folder OUT, and prints one JSON line with the seconds of each time.
 *
 * <p>Arguments: {@code memory|tdb2 DATA QUERIES OUT REPEAT}. TDB2's database is made in OUT, by its
 * own loader. A question that takes more than ten seconds isn't asked again.
 */
public final class JenaQuestions {
    private static final double LONG = 10;

    private JenaQuestions() {}

    public static void main(String[] arguments) throws IOException {
        Path out = Path.of(arguments[3]);
        double start = seconds();
        Dataset dataset = load(arguments[0], arguments[1], out.resolve("tdb2"));
        double load = seconds() - start;
        Map<String, String> timed = new TreeMap<>();
        try (DirectoryStream<Path> queries = Files.newDirectoryStream(Path.of(arguments[2]))) {
            for (Path query : queries) {
                String name = query.getFileName().toString().replace(".rq", "");
                Path answer = out.resolve(name + ".srj");
                int repeat = Integer.parseInt(arguments[4]);
                timed.put(name, ask(dataset, Files.readString(query), answer, repeat));
            }
        }
        List<String> parts = new ArrayList<>();
        timed.forEach((name, times) -> parts.add("\"" + name + "\": " + times));
        System.out.printf(
                Locale.ROOT,
                "{\"version\": \"%s\", \"load_s\": %.4f, \"questions\": {%s}}%n",
                Dataset.class.getPackage().getImplementationVersion(),
                load,
                String.join(", ", parts));
    }

    private static Dataset load(String kind, String data, Path place) {
        if (kind.equals("memory")) {
            Dataset dataset = DatasetFactory.createGeneral();
            RDFDataMgr.read(dataset, data);
            return dataset;
        }
        Dataset dataset = TDB2Factory.connectDataset(place.toString());
        Loader.load(dataset.asDatasetGraph(), data);
        return dataset;
    }

    private static String ask(Dataset dataset, String text, Path out, int repeat) {
        List<String> times = new ArrayList<>();
        try {
            for (int turn = 0; turn <= repeat; turn++) {
                double start = seconds();
                ResultSetRewindable rows = rows(dataset, text);
                double took = seconds() - start;
                times.add(String.format(Locale.ROOT, "%.6f", took));
                if (turn == 0) {
                    try (OutputStream file = Files.newOutputStream(out)) {
                        ResultSetFormatter.outputAsJSON(file, rows);
                    }
                }
                if (took > LONG) {
                    break;
                }
            }
        } catch (IOException | RuntimeException error) {
            return "\"" + String.valueOf(error).replaceAll("[\"\\\\\n]", " ") + "\"";
        }
        return times.toString();
    }

    private static ResultSetRewindable rows(Dataset dataset, String text) {
        boolean transactional = dataset.supportsTransactions();
        if (transactional) {
            dataset.begin(ReadWrite.READ);
        }
        try (QueryExecution execution =
                QueryExecution.create(QueryFactory.create(text), dataset)) {
            return ResultSetFactory.copyResults(execution.execSelect());
        } finally {
            if (transactional) {
                dataset.end();
            }
        }
    }

    private static double seconds() {
        return System.nanoTime() / 1e9;
    }
}
