import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Creates topics and fills them: Loader BOOTSTRAP [NAME,PARTITIONS,RECORDS,KEYS,BYTES,CODEC,HOT]...
 * With HOT every second record has key 0, otherwise the keys alternate. A key's partition is its number modulo the
 * number of partitions, so that partitions have equal sizes.
 */
public class Loader {
  private static final Random RANDOM = new Random(1);

  public static void main(String[] args) throws Exception {
    String bootstrap = args[0];
    List<Spec> specs = Arrays.stream(args).skip(1).map(Spec::parse).toList();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      create(admin, specs);
      // All topics of one run are equal.
      try (var producer = new KafkaProducer<byte[], byte[]>(settings(bootstrap, specs.get(0)))) {
        for (Spec spec : specs) load(producer, spec);
      }
      for (Spec spec : specs) check(admin, spec);
    }
  }

  /** A missing leader makes a producer retry, which can create a duplicate. */
  private static void create(Admin admin, List<Spec> specs) throws Exception {
    var topics = specs.stream().map(spec -> new NewTopic(spec.topic(), spec.partitions(), (short) 1));
    admin.createTopics(topics.toList()).all().get();
    for (Spec spec : specs) {
      while (endOffsets(admin, spec) != 0) Thread.sleep(50);
    }
  }

  private static void load(KafkaProducer<byte[], byte[]> producer, Spec spec) throws Exception {
    int keys = spec.keys();
    List<String> pads = pads(spec.bytes());
    var failure = new AtomicReference<Exception>();
    for (int id = 0; id < spec.records() && failure.get() == null; id++) {
      int key = spec.hot() ? (id % 2 == 0 ? 0 : 1 + (id / 2) % (keys - 1)) : id % keys;
      byte[] value = value(id, spec.bytes(), pads.get(id % pads.size()));
      byte[] name = ("k" + key).getBytes(StandardCharsets.ISO_8859_1);
      producer.send(
          new ProducerRecord<>(spec.topic(), key % spec.partitions(), name, value),
          (done, error) -> {
            if (error != null) failure.compareAndSet(null, error);
          });
    }
    producer.flush();
    if (failure.get() != null) throw failure.get();
  }

  private static void check(Admin admin, Spec spec) throws Exception {
    long stored = endOffsets(admin, spec);
    if (stored == spec.records()) return;
    throw new IllegalStateException(
        spec.topic() + " holds " + stored + " records instead of " + spec.records());
  }

  /** The number of records of all partitions; -1 while one has no leader. */
  private static long endOffsets(Admin admin, Spec spec) throws InterruptedException {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    for (int partition = 0; partition < spec.partitions(); partition++) {
      request.put(new TopicPartition(spec.topic(), partition), OffsetSpec.latest());
    }
    try {
      var offsets = admin.listOffsets(request).all().get().values();
      return offsets.stream().mapToLong(each -> each.offset()).sum();
    } catch (ExecutionException notYet) {
      return -1;
    }
  }

  private record Spec(
      String topic, int partitions, int records, int keys, int bytes, String codec, boolean hot) {
    static Spec parse(String text) {
      String[] part = text.split(",");
      return new Spec(
          part[0],
          Integer.parseInt(part[1]),
          Integer.parseInt(part[2]),
          Integer.parseInt(part[3]),
          Integer.parseInt(part[4]),
          part[5],
          Boolean.parseBoolean(part[6]));
    }
  }

  private static Properties settings(String bootstrap, Spec spec) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    settings.put("compression.type", spec.codec());
    // With idempotence, a retry on a new topic can fail permanently with OUT_OF_ORDER_SEQUENCE_NUMBER.
    settings.put("enable.idempotence", "false");
    settings.put("linger.ms", "20");
    settings.put("batch.size", spec.bytes() > 1000 ? "262144" : "65536");
    settings.put("buffer.memory", "134217728");
    return settings;
  }

  /** JSON of exactly this many bytes. */
  private static byte[] value(int id, int bytes, String pad) {
    String head = "{\"id\":" + id + ",\"pad\":\"";
    String text = head + pad.substring(0, Math.max(0, bytes - head.length() - 2)) + "\"}";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Words in random order, which compress about as well as real JSON. */
  private static List<String> pads(int bytes) {
    List<String> words = new ArrayList<>();
    for (int word = 0; word < 2000; word++) {
      words.add(Long.toString(RANDOM.nextLong() >>> 1, 36).substring(0, 3 + RANDOM.nextInt(7)));
    }
    List<String> pads = new ArrayList<>();
    for (int pad = 0; pad < 1000; pad++) {
      StringBuilder text = new StringBuilder();
      while (text.length() < bytes) text.append(words.get(RANDOM.nextInt(words.size()))).append(' ');
      pads.add(text.toString());
    }
    return pads;
  }
}
