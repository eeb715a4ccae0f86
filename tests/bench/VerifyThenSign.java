// The DCC's signing tool, kept warm: verifies one document and signs another, over and over, in one process.
// Run as `java -cp tool.jar VerifyThenSign.java SIGNED UNSIGNED WARM_UP ROUNDS`; prints seconds per pair: of the clock, and of this thread.
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import uk.co.smartdcc.boxed.xmldsig.ResultCode;
import uk.co.smartdcc.boxed.xmldsig.Sign;
import uk.co.smartdcc.boxed.xmldsig.Validate;

final class VerifyThenSign {
    public static void main(String[] arguments) throws Exception {
        byte[] signed = Files.readAllBytes(Path.of(arguments[0]));
        byte[] unsigned = Files.readAllBytes(Path.of(arguments[1]));
        PrintStream out = System.out;
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        System.setOut(nowhere);
        System.setErr(nowhere);
        pairs(signed, unsigned, Integer.parseInt(arguments[2]));
        int rounds = Integer.parseInt(arguments[3]);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long used = threads.getCurrentThreadCpuTime();
        long began = System.nanoTime();
        pairs(signed, unsigned, rounds);
        long elapsed = System.nanoTime() - began;
        out.println(elapsed / 1e9 / rounds + " " + (threads.getCurrentThreadCpuTime() - used) / 1e9 / rounds);
    }

    private static void pairs(byte[] signed, byte[] unsigned, int number) {
        for (int i = 0; i < number; i++) {
            System.setIn(new ByteArrayInputStream(signed));
            check(Validate.main_aux(new String[] {"-"}));
            System.setIn(new ByteArrayInputStream(unsigned));
            check(Sign.main_aux(new String[] {"-", "--preserveCounter"}));
        }
    }

    private static void check(ResultCode code) {
        if (code != ResultCode.SUCCESS) {
            throw new IllegalStateException("the tool answered " + code);
        }
    }
}
