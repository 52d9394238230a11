/** A thread that looks JSONPaths up, with the permissions that it was given. */
import { compileJsonPath } from "../../../src/scanner/expect/json_path.ts";

interface Asked {
  readonly path: string;
  readonly document: unknown;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Asked>) => void;
  postMessage(message: unknown): void;
};
scope.onmessage = ({ data: { path, document } }) =>
  scope.postMessage(Array.from(compileJsonPath(path).nodesIn(document), ({ value }) => value));
