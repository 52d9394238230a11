/** `sitemon run`: scanner threads → store thread, which owns the outbox, with no other servers. */
import { type DefineCommand, withDaemon } from "../define_command.ts";
import { runDaemon } from "../service/daemon.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withDaemon(command, "run")
    .description(
      "Checks the sites in the configuration and keeps their status in a SQLite file; needs no servers.",
    )
    .action((options) => exit(runDaemon("run", options, terminal)));
