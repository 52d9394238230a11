/** A thread for `sitemon doctor`: examines Kafka, and answers with what it found. */
import { examineKafka, type KafkaExamination } from "../../kafka/examine_kafka.ts";
import { serveThread } from "../../runtime/threads/thread.ts";

serveThread<KafkaExamination>({
  onUncaught: "fail",
  async start(setup, { result }) {
    result(await examineKafka(setup));
    return { stop: () => Promise.resolve() };
  },
});
