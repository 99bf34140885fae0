import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Loads DATA and SHAPES, validates, and prints one JSON line for each validation.
 *
 * <p>Arguments: {@code jena|topbraid DATA SHAPES [--repeat N]}. With {@code --repeat} the same
 * process validates N times, so the later lines show a warm virtual machine.
 */
public final class ShaclPeers {
    /** What both engines do. */
    interface Engine {
        String version();

        void load(String data, String shapes);

        /** Validates once and returns the component of each result. */
        List<String> validate();
    }

    private ShaclPeers() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
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
        double start = seconds();
        engine.load(given.get(1), given.get(2));
        double load = seconds() - start;
        for (int run = 0; run < repeat; run++) {
            double before = seconds();
            List<String> components = engine.validate();
            print(name, engine.version(), load, seconds() - before, components);
        }
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
