/** Kafka's own jars, fetched once by Maven into a cache folder. */
import { exists, findProgram, run } from "./programs.ts";

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
export function kafkaJars(): { folder: string; reason?: undefined } | { reason: string } {
  const cache = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME")}/.cache`;
  const target = `${cache}/sitemon-tests/kafka-${VERSION}`;
  if (exists(`${target}/kafka-clients-${VERSION}.jar`)) return { folder: target };
  const maven = findProgram("mvn");
  if (maven === undefined) return { reason: "mvn, to fetch it with, is missing" };
  try {
    fetchJars(maven, target);
    return { folder: target };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

/** Fetches beside the target and renames: of two processes at once, either may win. */
function fetchJars(maven: string, target: string): void {
  const parent = target.slice(0, target.lastIndexOf("/"));
  Deno.mkdirSync(parent, { recursive: true });
  const work = Deno.makeTempDirSync({ dir: parent });
  try {
    Deno.writeTextFileSync(`${work}/pom.xml`, POM);
    const goal = ["dependency:copy-dependencies", "-DoutputDirectory=lib"];
    run([maven, "-q", "-B", ...goal], { cwd: work });
    if (!exists(target)) Deno.renameSync(`${work}/lib`, target);
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}
