/** Kafka's own command line tools, as its distribution has them, for what documents tell to run. */
import { findOwnKafka } from "../../services/kafka.ts";
import { fetchOnce } from "../../services/maven_cache.ts";
import { run } from "../../services/programs.ts";

const VERSION = "4.3.0";

/** The class that each script of the distribution runs. */
const CLASSES: Readonly<Record<string, string>> = {
  "kafka-acls.sh": "org.apache.kafka.tools.AclCommand",
  "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
};

export function isKafkaTool(program: string): boolean {
  return program in CLASSES;
}

/** Runs a tool to its end in a folder, and returns what it printed. */
export function runKafkaTool([program, ...args]: readonly string[], cwd: string): string {
  const kafka = findOwnKafka();
  const tools = fetchOnce(`kafka-tools-${VERSION}`, (maven, work) => {
    const artifact = `org.apache.kafka:kafka-tools:${VERSION}:jar`;
    const goal = ["dependency:copy", `-Dartifact=${artifact}`, "-DoutputDirectory=."];
    run([maven, "-q", "-B", ...goal], { cwd: work });
  });
  if (kafka.from !== "programs" || tools.reason !== undefined) throw new Error("no Kafka's tools");
  const { java, jars } = kafka.programs;
  const classes = `${jars}/*:${tools.folder}/*`;
  return run([java, "-XX:TieredStopAtLevel=1", "-cp", classes, CLASSES[program!]!, ...args], {
    cwd,
  });
}
