/** A thread that may talk to some names alone, and connects to them as Kafka's and PostgreSQL's do. */
import { Sockets } from "../../src/kafka/client/sockets.ts";
import { Connection } from "../../src/status/postgres/connection/connection.ts";

export interface Connecting {
  readonly host: string;
  readonly plain: number;
  readonly secure: number;
  readonly database: number;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Connecting>) => void;
  postMessage(answers: readonly string[]): void;
};

/** Resolves to the address that it was connected to, or to an error. */
async function throughKafka(host: string, port: number, tls?: { insecure: true }): Promise<string> {
  using sockets = new Sockets(tls);
  const address = Promise.withResolvers<string>();
  const socket = sockets.factory({
    ...{ host, port, ssl: {} },
    onConnect: () => address.resolve(socket.remoteAddress ?? "none"),
  });
  socket.on("error", (error) => address.resolve(error.message));
  return await address.promise;
}

async function throughPostgres(host: string, port: number): Promise<string> {
  const tls = { mode: "disable" } as const;
  const login = { user: "u", database: "d", schema: "s", tls };
  const limits = { connectTimeoutMs: 10_000, statementTimeoutMs: 10_000 };
  try {
    await using _ = await Connection.open({ host, port, ...login, ...limits });
    return "connected";
  } catch (error) {
    return (error as Error).message;
  }
}

scope.onmessage = async ({ data: { host, plain, secure, database } }) => {
  const answers = [
    await throughKafka(host, plain),
    await throughKafka(host, secure, { insecure: true }),
    await throughPostgres(host, database),
  ];
  scope.postMessage(answers);
};
