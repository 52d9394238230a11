/** `sitemon web`: the status page alone, from a store that others fill. */
import { type DefineCommand, withDaemon } from "../define_command.ts";
import { runDaemon } from "../service/daemon.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withDaemon(command, "web")
    .description("Serves the status page and its API from the configuration's store.")
    .action((options) => exit(runDaemon("web", options, terminal)));
