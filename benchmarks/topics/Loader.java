import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Creates topics and fills them: Loader BOOTSTRAP [NAME,PARTITIONS,RECORDS,KEYS,BYTES,CODEC,HOT]...
 * With HOT each second record has key 0, else the keys take turns. A key's partition is its number modulo the
 * number of partitions, so that partitions are of one size.
 */
public class Loader {
  private static final Random RANDOM = new Random(1);

  public static void main(String[] args) throws Exception {
    for (int index = 1; index < args.length; index++) load(args[0], args[index].split(","));
  }

  private static void load(String bootstrap, String[] spec) throws Exception {
    String topic = spec[0];
    int partitions = Integer.parseInt(spec[1]);
    int records = Integer.parseInt(spec[2]);
    int keys = Integer.parseInt(spec[3]);
    int bytes = Integer.parseInt(spec[4]);
    boolean hot = Boolean.parseBoolean(spec[6]);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    }
    List<String> pads = pads(bytes);
    var failure = new AtomicReference<Exception>();
    try (var producer = new KafkaProducer<byte[], byte[]>(settings(bootstrap, spec[5], bytes))) {
      for (int id = 0; id < records && failure.get() == null; id++) {
        int key = hot ? (id % 2 == 0 ? 0 : 1 + (id / 2) % (keys - 1)) : id % keys;
        byte[] value = value(id, bytes, pads.get(id % pads.size()));
        byte[] name = ("k" + key).getBytes(StandardCharsets.ISO_8859_1);
        producer.send(
            new ProducerRecord<>(topic, key % partitions, name, value),
            (done, error) -> {
              if (error != null) failure.compareAndSet(null, error);
            });
      }
    }
    if (failure.get() != null) throw failure.get();
  }

  private static Properties settings(String bootstrap, String codec, int bytes) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    settings.put("compression.type", codec);
    settings.put("linger.ms", "20");
    settings.put("batch.size", bytes > 1000 ? "262144" : "65536");
    settings.put("buffer.memory", "134217728");
    return settings;
  }

  /** JSON of exactly as many bytes. */
  private static byte[] value(int id, int bytes, String pad) {
    String head = "{\"id\":" + id + ",\"pad\":\"";
    String text = head + pad.substring(0, Math.max(0, bytes - head.length() - 2)) + "\"}";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Words in random order: what compresses about as well as real JSON does. */
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
