import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Confluent's Parallel Consumer in key order, with its own commits every five seconds. */
public class ParallelConsumerBench {
  public static void main(String[] args) throws Exception {
    ObjectMapper json = new ObjectMapper();
    JsonNode job = json.readTree(args[0]);
    int records = job.get("records").asInt();
    int delayMs = job.path("delayMs").asInt(0);

    Properties settings = new Properties();
    settings.put("bootstrap.servers", job.get("bootstrap").asText());
    settings.put("group.id", job.get("groupId").asText());
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "false");
    var consumer =
        new KafkaConsumer<byte[], byte[]>(
            settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    var options =
        ParallelConsumerOptions.<byte[], byte[]>builder()
            .ordering(ProcessingOrder.KEY)
            .maxConcurrency(job.get("options").get("threads").asInt())
            .consumer(consumer)
            .build();
    var processor = ParallelStreamProcessor.createEosStreamProcessor(options);
    List<String> topics = new ArrayList<>();
    job.get("topics").forEach(topic -> topics.add(topic.asText()));
    processor.subscribe(topics);

    var handled = new AtomicInteger();
    var startedAt = new AtomicLong();
    processor.poll(
        context -> {
          try {
            json.readTree(context.getSingleConsumerRecord().value());
            if (delayMs > 0) Thread.sleep(delayMs);
          } catch (Exception error) {
            throw new IllegalStateException(error);
          }
          int count = handled.incrementAndGet();
          if (count == 1) startedAt.set(System.nanoTime());
          if (count == records) report(count - 1, (System.nanoTime() - startedAt.get()) / 1e9);
        });
    Thread.sleep(600_000);
    System.exit(1);
  }

  private static void report(int records, double seconds) {
    System.out.printf(
        Locale.ROOT,
        "%nBENCH {\"records\":%d,\"seconds\":%f,\"recordsPerSecond\":%f,\"cpuSeconds\":%f,\"peakRssBytes\":%d}%n",
        records,
        seconds,
        records / seconds,
        cpuSeconds(),
        peakRssBytes());
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static double cpuSeconds() {
    var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }

  private static long peakRssBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
      throw new IllegalStateException("no VmHWM");
    } catch (java.io.IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }
}
