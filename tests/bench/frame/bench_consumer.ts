/** A consumer of sitemon with a group of its own, as a process of its own. */
import { freePort } from "../../support/free_port.ts";
import type { PostgresAddress } from "../../services/postgres.ts";
import { MeasuredProcess } from "./measured_process.ts";
import { SITEMON } from "./sitemon_command.ts";

export interface BenchConsumerOptions {
  /** `host:port` of a broker. */
  readonly bootstrap: string;
  readonly topic: string;
  readonly group: string;
  /** Threads, each a member of the group. */
  readonly members: number;
  readonly database: PostgresAddress;
}

/** Applies what is in its topic until it is disposed of. */
export function startBenchConsumer(options: BenchConsumerOptions): Promise<MeasuredProcess> {
  return MeasuredProcess.start({
    name: "consumer",
    files: { "consumer.yaml": yamlOf(options) },
    argv: (folder) => [...SITEMON, "consumer", "-c", `${folder}/consumer.yaml`],
    greeting: "Operators are served",
  });
}

function yamlOf({ bootstrap, topic, group, members, database }: BenchConsumerOptions): string {
  const { host, port, user, password, db } = database;
  return `listen: 127.0.0.1:${freePort()}
kafka: { servers: [${bootstrap}], topic: ${topic}, group: ${group}, consumers: ${members} }
postgres: { host: ${host}, port: ${port}, user: ${user}, password: ${password}, db: ${db} }
`;
}
