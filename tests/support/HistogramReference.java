// What HdrHistogram's Java implementation makes of histograms, for comparison with ours.
//
// In, one a line:
//   decode BASE64                             an encoded histogram
//   record LOWEST HIGHEST DIGITS V V V ...    values to record
//   table BASE64                              an encoded histogram of nanoseconds, for its percentile table in ms
//   read-log PATH                             an .hlog file
//   write-log PATH TAG V V V ...              an .hlog file to write, with the values as one interval of 2 s at 1 s
// Out, one JSON object a line: layout, count, min, max, mean, stddev, the values at PERCENTILES, the percentile
// iteration with TICKS ticks as [value, level, count so far], and the reference's own encodings: raw as hex digits,
// compressed as base 64. For table: {"table": base 64 of the text}. For read-log: {"entries": [as above, with tag,
// start and end in seconds]}. For write-log: what decode answers for the written histogram.
//
//   java -cp /usr/share/java/hdrhistogram.jar HistogramReference.java < lines

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.StringJoiner;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.HdrHistogram.HistogramLogReader;
import org.HdrHistogram.HistogramLogWriter;

public class HistogramReference {
  private static final double[] PERCENTILES = {0, 1, 10, 25, 33.3, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100};
  private static final int[] TICKS = {1, 5};

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(answer(line.split(" ")));
    }
  }

  private static String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "table":
        return table(read(new String[] {"decode", words[1]}));
      case "read-log":
        return readLog(words[1]);
      case "write-log":
        return describe(writeLog(words));
      default:
        return describe(read(words));
    }
  }

  private static String table(Histogram histogram) throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    histogram.outputPercentileDistribution(new PrintStream(text, true, "UTF-8"), 5, 1e6);
    return "{\"table\":\"" + Base64.getEncoder().encodeToString(text.toByteArray()) + "\"}";
  }

  private static String readLog(String path) throws Exception {
    StringJoiner entries = new StringJoiner(",", "{\"entries\":[", "]}");
    try (HistogramLogReader log = new HistogramLogReader(path)) {
      for (Histogram one = (Histogram) log.nextIntervalHistogram(); one != null;
          one = (Histogram) log.nextIntervalHistogram()) {
        entries.add("{\"tag\":\"" + (one.getTag() == null ? "" : one.getTag()) + "\",\"start_ms\":"
            + one.getStartTimeStamp() + ",\"end_ms\":" + one.getEndTimeStamp() + "," + describe(one).substring(1));
      }
    }
    return entries.toString();
  }

  private static Histogram writeLog(String[] words) throws Exception {
    Histogram histogram = new Histogram(1000, 3_600_000_000_000L, 3);
    for (int i = 3; i < words.length; ++i) {
      histogram.recordValue(Long.parseLong(words[i]));
    }
    histogram.setTag(words[2]);
    histogram.setStartTimeStamp(1000);
    histogram.setEndTimeStamp(3000);
    HistogramLogWriter log = new HistogramLogWriter(words[1]);
    log.outputComment("[Logged by the reference]");
    log.outputLogFormatVersion();
    log.outputStartTime(0);
    log.outputLegend();
    log.outputIntervalHistogram(histogram);
    log.close();
    return histogram;
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
