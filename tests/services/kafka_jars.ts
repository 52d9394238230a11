/** Kafka's own jars, fetched once by Maven into a cache folder. */
import { type Fetched, fetchOnce } from "./maven_cache.ts";
import { run } from "./programs.ts";

const VERSION = "4.3.0";

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sitemon</groupId><artifactId>test-kafka</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId>
      <version>2.25.1</version>
    </dependency>
  </dependencies>
</project>
`;

/** The folder of the jars, after Maven fetched them if they were not there; or why it cannot be. */
export function kafkaJars(): Fetched {
  return fetchOnce(`kafka-${VERSION}`, (maven, work) => {
    Deno.writeTextFileSync(`${work}/pom.xml`, POM);
    run([maven, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=."], { cwd: work });
  });
}
