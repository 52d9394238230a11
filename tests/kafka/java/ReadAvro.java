import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic as a tool does that knows nothing but its registry: BOOTSTRAP TOPIC REGISTRY COUNT.
 * Prints a line of JSON for each of the first COUNT messages, decoded by Avro's own implementation.
 */
public class ReadAvro {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Integer, Schema> SCHEMAS = new HashMap<>();

  public static void main(String[] args) throws Exception {
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", args[0], "group.id", UUID.randomUUID().toString(),
        "auto.offset.reset", "earliest", "enable.auto.commit", "false");
    int left = Integer.parseInt(args[3]);
    try (var consumer = new KafkaConsumer<>(
        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(args[1]));
      while (left > 0) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          if (left-- > 0) System.out.println(lineOf(record, args[2]));
        }
      }
    }
  }

  private static String lineOf(ConsumerRecord<byte[], byte[]> record, String registry)
      throws Exception {
    ByteBuffer value = ByteBuffer.wrap(record.value());
    Header header = record.headers().lastHeader("__value_schema_id");
    ByteBuffer name = header == null ? value : ByteBuffer.wrap(header.value());
    if (name.get() != 0) throw new IllegalStateException("no ID of a schema");
    Schema schema = schema(registry, name.getInt());
    var datum = new GenericDatumReader<Object>(schema).read(null, DecoderFactory.get()
        .binaryDecoder(value.array(), value.position(), value.remaining(), null));
    return JSON.writeValueAsString(Map.of(
        "key", new String(record.key()), "record", schema.getFullName(),
        "value", JSON.readTree(datum.toString())));
  }

  private static Schema schema(String registry, int id) throws Exception {
    Schema known = SCHEMAS.get(id);
    if (known != null) return known;
    var request = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build();
    JsonNode answer = JSON.readTree(
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
    Schema schema = new Schema.Parser().parse(answer.get("schema").asText());
    SCHEMAS.put(id, schema);
    return schema;
  }
}
