/** A folder with the configuration of a `sitemon run`, whose outbox and status are in it too. */
import { type SitemonOptions, SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";

export class RunFolder extends TempFolder {
  readonly config = this.file("run.yaml");

  constructor(yaml?: string) {
    super();
    if (yaml !== undefined) this.configure(yaml);
  }

  configure(yaml: string): void {
    this.write(
      "run.yaml",
      `log: { level: debug, format: json }
outbox: { path: '${this.file("outbox.db")}' }
store: { path: '${this.file("status.db")}' }
${yaml}
`,
    );
  }

  run(options?: SitemonOptions): SitemonProcess {
    return new SitemonProcess(["run", "-c", this.config], options);
  }
}
