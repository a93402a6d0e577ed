// What HdrHistogram's Java implementation makes of histograms, for comparison with ours.
//
// In, one a line:
//   decode BASE64                             an encoded histogram
//   record LOWEST HIGHEST DIGITS V V V ...    values to record
// Out, one JSON object a line: layout, count, min, max, mean, stddev, the values at PERCENTILES, the percentile
// iteration with TICKS ticks as [value, level, count so far], and the reference's own encodings: raw as hex digits,
// compressed as base 64.
//
//   java -cp /usr/share/java/hdrhistogram.jar HistogramReference.java < lines

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.StringJoiner;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

public class HistogramReference {
  private static final double[] PERCENTILES = {0, 1, 10, 25, 33.3, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100};
  private static final int[] TICKS = {1, 5};

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(describe(read(line.split(" "))));
    }
  }

  private static Histogram read(String[] words) throws Exception {
    if (words[0].equals("decode")) {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(words[1]));
      return Histogram.decodeFromCompressedByteBuffer(bytes, 0);
    }
    long lowest = Long.parseLong(words[1]);
    long highest = Long.parseLong(words[2]);
    Histogram histogram = new Histogram(lowest, highest, Integer.parseInt(words[3]));
    for (int i = 4; i < words.length; ++i) {
      histogram.recordValue(Long.parseLong(words[i]));
    }
    return histogram;
  }

  private static String describe(Histogram histogram) {
    StringJoiner percentiles = new StringJoiner(",", "[", "]");
    for (double percentile : PERCENTILES) {
      percentiles.add("[" + percentile + "," + histogram.getValueAtPercentile(percentile) + "]");
    }
    StringJoiner rows = new StringJoiner(",", "[", "]");
    for (int ticks : TICKS) {
      rows.add("{\"ticks\":" + ticks + ",\"rows\":" + rows(histogram, ticks) + "}");
    }
    return new StringJoiner(",", "{", "}")
        .add("\"lowest\":" + histogram.getLowestDiscernibleValue())
        .add("\"highest\":" + histogram.getHighestTrackableValue())
        .add("\"digits\":" + histogram.getNumberOfSignificantValueDigits())
        .add("\"count\":" + histogram.getTotalCount())
        .add("\"min\":" + histogram.getMinValue())
        .add("\"max\":" + histogram.getMaxValue())
        .add("\"mean\":" + histogram.getMean())
        .add("\"stddev\":" + histogram.getStdDeviation())
        .add("\"percentiles\":" + percentiles)
        .add("\"iterations\":" + rows)
        .add("\"raw\":\"" + raw(histogram) + "\"")
        .add("\"encoded\":\"" + compressed(histogram) + "\"")
        .toString();
  }

  private static String rows(Histogram histogram, int ticks) {
    StringJoiner rows = new StringJoiner(",", "[", "]");
    for (HistogramIterationValue step : histogram.percentiles(ticks)) {
      rows.add("[" + step.getValueIteratedTo() + "," + step.getPercentileLevelIteratedTo() + ","
          + step.getTotalCountToThisValue() + "]");
    }
    return rows.toString();
  }

  private static String raw(Histogram histogram) {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    return HexFormat.of().formatHex(bytes.array(), 0, histogram.encodeIntoByteBuffer(bytes));
  }

  private static String compressed(Histogram histogram) {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
  }
}
