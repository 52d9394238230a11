import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own producer: ADDRESS TOPIC, then a codec and a value in base64 on each line of stdin. */
public class Produce {
  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    KafkaProducer<byte[], byte[]> producer = null;
    String codec = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split(" ");
      if (!parts[0].equals(codec)) {
        if (producer != null) producer.close();
        codec = parts[0];
        producer = new KafkaProducer<>(
            Map.of("bootstrap.servers", args[0], "compression.type", codec,
                "linger.ms", "200", "batch.size", "500000"),
            new ByteArraySerializer(), new ByteArraySerializer());
      }
      byte[] value = Base64.getDecoder().decode(parts[1]);
      producer.send(new ProducerRecord<>(args[1], 0, "key".getBytes(), value));
    }
    producer.close();
  }
}
