// The DCC's signing tool, kept warm: signs and validates document after document in one process.
// Run as `java -cp tool.jar PublicTool.java`; a line in is `sign|preserve|validate BASE64`, a line out `SUCCESS BASE64` with
// what the tool printed, or another of its result codes and what it said.
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Base64;
import uk.co.smartdcc.boxed.xmldsig.ResultCode;
import uk.co.smartdcc.boxed.xmldsig.Sign;
import uk.co.smartdcc.boxed.xmldsig.Validate;

final class PublicTool {
    public static void main(String[] arguments) throws Exception {
        PrintStream answers = System.out;
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in));
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            String[] parts = line.split(" ", 2);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream log = new ByteArrayOutputStream();
            System.setIn(new ByteArrayInputStream(Base64.getDecoder().decode(parts[1])));
            System.setOut(new PrintStream(out));
            System.setErr(new PrintStream(log));
            ResultCode code = run(parts[0]);
            System.out.flush();
            byte[] said = code == ResultCode.SUCCESS ? out.toByteArray() : log.toByteArray();
            answers.println(code + " " + Base64.getEncoder().encodeToString(said));
            answers.flush();
        }
    }

    private static ResultCode run(String what) {
        if (what.equals("validate")) {
            return Validate.main_aux(new String[] {"-"});
        }
        return Sign.main_aux(what.equals("preserve") ? new String[] {"-", "--preserveCounter"} : new String[] {"-"});
    }
}
