import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Runs Kafka's own producer and consumer. Commands are lines of tab-separated words; bytes are base64, null is "-".
 *
 * open NAME PROPERTY=VALUE...
 * send NAME TOPIC PARTITION TIMESTAMP KEY VALUE (HEADER-NAME HEADER-VALUE)...
 * flush|begin|commit|abort|close NAME
 * read TOPIC PARTITION ISOLATION-LEVEL
 * set-offset GROUP TOPIC PARTITION OFFSET
 *
 * A commit or an abort is answered once its markers are in the log. Each line but "send" is answered by one: "ok" and
 * offsets (of records sent since the last flush, or of records that a consumer reads), or "error" and the reason.
 */
public final class ForeignClient {
  private static final Map<String, KafkaProducer<byte[], byte[]>> PRODUCERS = new HashMap<>();
  private static final Map<String, List<Future<RecordMetadata>>> SENT = new HashMap<>();
  private static final Map<String, String> TRANSACTIONAL_IDS = new HashMap<>();
  private static final Set<TransactionState> ENDED =
      EnumSet.of(TransactionState.COMPLETE_COMMIT, TransactionState.COMPLETE_ABORT, TransactionState.EMPTY);

  public static void main(String[] args) throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      var words = line.split("\t", -1);
      try {
        if (words[0].equals("send")) send(words);
        else System.out.println("ok\t" + run(words, args[0]));
      } catch (Exception error) {
        var cause = error.getCause() == null ? error : error.getCause();
        System.out.println("error\t" + cause.toString().replaceAll("\\s+", " "));
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private static String run(String[] words, String bootstrap) throws Exception {
    var name = words[1];
    switch (words[0]) {
      case "open" -> open(words, bootstrap);
      case "flush" -> { return flush(name); }
      case "begin" -> PRODUCERS.get(name).beginTransaction();
      case "commit" -> {
        PRODUCERS.get(name).commitTransaction();
        awaitMarkers(name, bootstrap);
      }
      case "abort" -> {
        PRODUCERS.get(name).abortTransaction();
        awaitMarkers(name, bootstrap);
      }
      case "close" -> PRODUCERS.remove(name).close();
      case "read" -> { return read(new TopicPartition(name, Integer.parseInt(words[2])), words[3], bootstrap); }
      case "set-offset" -> setOffset(words, bootstrap);
      default -> throw new IllegalArgumentException("unknown command " + words[0]);
    }
    return "";
  }

  private static void open(String[] words, String bootstrap) {
    var properties = new HashMap<String, Object>();
    properties.put("bootstrap.servers", bootstrap);
    for (int i = 2; i < words.length; i++) {
      var pair = words[i].split("=", 2);
      properties.put(pair[0], pair[1]);
    }
    var bytes = new ByteArraySerializer();
    var producer = new KafkaProducer<>(properties, bytes, bytes);
    if (properties.get("transactional.id") instanceof String id) {
      producer.initTransactions();
      TRANSACTIONAL_IDS.put(words[1], id);
    }
    PRODUCERS.put(words[1], producer);
    SENT.put(words[1], new ArrayList<>());
  }

  /** The coordinator answers once the outcome is decided, and writes the markers to the partitions afterwards. */
  private static void awaitMarkers(String name, String bootstrap) throws Exception {
    var id = TRANSACTIONAL_IDS.get(name);
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrap))) {
      while (!ENDED.contains(admin.describeTransactions(List.of(id)).description(id).get().state())) Thread.sleep(5);
    }
  }

  private static void send(String[] words) {
    var timestamp = words[4].equals("-") ? null : Long.valueOf(words[4]);
    var partition = Integer.valueOf(words[3]);
    var record = new ProducerRecord<>(words[2], partition, timestamp, bytes(words[5]), bytes(words[6]));
    for (int i = 7; i < words.length; i += 2) {
      record.headers().add(new String(bytes(words[i]), StandardCharsets.UTF_8), bytes(words[i + 1]));
    }
    SENT.get(words[1]).add(PRODUCERS.get(words[1]).send(record));
  }

  private static String flush(String name) throws Exception {
    PRODUCERS.get(name).flush();
    var offsets = new StringJoiner(",");
    for (var sent : SENT.put(name, new ArrayList<>())) offsets.add(String.valueOf(sent.get().offset()));
    return offsets.toString();
  }

  private static String read(TopicPartition partition, String isolation, String bootstrap) {
    var bytes = new ByteArrayDeserializer();
    var properties = new HashMap<String, Object>();
    properties.put("bootstrap.servers", bootstrap);
    properties.put("isolation.level", isolation);
    var offsets = new StringJoiner(",");
    try (var consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofMillis(200))) offsets.add(String.valueOf(record.offset()));
      }
    }
    return offsets.toString();
  }

  private static void setOffset(String[] words, String bootstrap) throws Exception {
    var partition = new TopicPartition(words[2], Integer.parseInt(words[3]));
    var offset = Map.of(partition, new OffsetAndMetadata(Long.parseLong(words[4])));
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.alterConsumerGroupOffsets(words[1], offset).all().get();
    }
  }

  private static byte[] bytes(String word) {
    return word.equals("-") ? null : Base64.getDecoder().decode(word);
  }
}
