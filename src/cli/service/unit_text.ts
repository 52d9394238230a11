/** A hardened systemd unit for a daemon. */
import type { DaemonRole } from "../../config/loaded_config.ts";

export interface UnitOptions {
  /** Without `.service`; its state folder has the same name. */
  readonly name: string;
  readonly role: DaemonRole;
  /** Absolute paths. */
  readonly executable: string;
  readonly config: string;
  /** Names of the credentials that the configuration reads, and the file of each. */
  readonly credentials: readonly { readonly name: string; readonly path: string }[];
  /** Other files that the configuration names. */
  readonly files: readonly string[];
  /** Folders outside the unit's state folder that it writes to. */
  readonly writes: readonly string[];
  readonly shutdownTimeoutMs: number;
  /** False for an executable that cannot use systemd's notification socket. */
  readonly notifies: boolean;
  /** Environment of the trace exporter; empty without traces. */
  readonly variables: Readonly<Record<string, string>>;
  /** Lines that would restrict the addresses; written as comments, since addresses may change. */
  readonly addresses: readonly string[];
}

const DESCRIPTIONS = {
  producer: "sitemon producer: checks web sites and publishes what it finds",
  consumer: "sitemon consumer: keeps the status of web sites in PostgreSQL",
  run: "sitemon run: checks web sites and keeps their status",
  web: "sitemon web: serves the status page",
} as const;

/** After the drain's deadline, threads that hang are terminated and resources are closed. */
const STOP_MARGIN_SECONDS = 20;

/** `systemd-analyze security` rates it 1.1; only the network is left open. */
const HARDENING = `# A dynamic user, which owns only the state folder.
DynamicUser=yes
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
PrivateUsers=yes
RemoveIPC=yes

# The system is read-only, and only its public parts are visible.
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateIPC=yes
ProtectProc=invisible
ProcSubset=pid
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes

# No MemoryDenyWriteExecute=: V8 generates code at run time.
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources @obsolete
# Denied calls fail instead of killing the process: V8 tries pkey_alloc, and works without it.
SystemCallErrorNumber=EPERM

# No cloud metadata service, whatever a name resolves to.
IPAddressDeny=link-local multicast

# A core dump would contain passwords.
LimitCORE=0
# Enough for a thousand checks at once and a thousand viewers; Deno may not raise the limit itself.
LimitNOFILE=16384
MemoryMax=512M
MemorySwapMax=0
TasksMax=128`;

const NOTIFIES =
  `# Ready means that every thread runs; the watchdog is notified only while all of them respond. Neither
# depends on Kafka or PostgreSQL, which /readyz reports.
Type=notify
WatchdogSec=60`;

const EXECUTES =
  `# This executable is limited to its configuration, and cannot use systemd's notification socket.
Type=exec`;

/** The text of the unit, which ends with a line break. */
export function unitText(options: UnitOptions): string {
  const { name, role, executable, config, credentials, files, writes } = options;
  const stopSeconds = Math.ceil(options.shutdownTimeoutMs / 1_000) + STOP_MARGIN_SECONDS;
  return `# ${name}.service, as "sitemon install-unit" prints it. docs/operations.md says how to install it.
# Commands with the same -c, or with --unit ${name}, use its state and credentials.

[Unit]
Description=${DESCRIPTIONS[role]}
Wants=network-online.target
After=network-online.target
# Never give up restarting.
StartLimitIntervalSec=0

[Service]
${options.notifies ? NOTIFIES : EXECUTES}
ExecStart=${[executable, role, "-c", config].map(word).join(" ")}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2s
# Usage and configuration errors: a restart does not fix them.
RestartPreventExitStatus=64 78
# Longer than the drain takes.
TimeoutStopSec=${stopSeconds}
KillMode=mixed
# A name server that hangs must not delay the checks of other sites.
Environment="RES_OPTIONS=timeout:1 attempts:1"
${exporterLines(options)}
# For the outbox, and for the notification socket.
StateDirectory=${name}
StateDirectoryMode=0700
RuntimeDirectory=${name}
RuntimeDirectoryMode=0700
${lines(credentials, ({ name, path }) => `LoadCredential=${name}:${escaped(path)}`)}${
    lines(files, (path) => `ReadOnlyPaths=${word(path)}`)
  }${lines(writes, (path) => `ReadWritePaths=${word(path)}`)}
${HARDENING}
${addressLines(options)}
[Install]
WantedBy=multi-user.target
`;
}

/** Headers for the collector are secrets, and are not written into the unit. */
function exporterLines({ name, variables }: UnitOptions): string {
  if (Object.keys(variables).length === 0) return "";
  const all = Object.entries({ ...variables, OTEL_SERVICE_NAME: name });
  return `# For "traces": where Deno exports spans to.
${lines(all, ([name, value]) => `Environment=${quoted(escaped(`${name}=${value}`))}`)}`;
}

function addressLines({ addresses }: UnitOptions): string {
  if (addresses.length === 0) return "";
  const hints = addresses.map((line) => line.startsWith("#") ? line : `#${line}`);
  return ["", "# To let the kernel enforce the addresses too, if they do not change:", ...hints, ""]
    .join("\n");
}

function lines<T>(items: readonly T[], line: (item: T) => string): string {
  return items.map((item) => `${line(item)}\n`).join("");
}

/** systemd expands `%`. */
function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}

function word(text: string): string {
  const plain = escaped(text).replaceAll("$", "$$$$");
  return /^[\w\-./:=+@%$]+$/.test(plain) ? plain : quoted(plain);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
