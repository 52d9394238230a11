/** A systemd unit for one side of sitemon, hardened: what the process does not need, it has not. */

export interface UnitOptions {
  readonly role: "producer" | "consumer";
  /** Absolute paths. */
  readonly executable: string;
  readonly config: string;
  /** Names of the credentials that the configuration reads, and the file of each. */
  readonly credentials: readonly { readonly name: string; readonly path: string }[];
  /** Other files that the configuration names. */
  readonly files: readonly string[];
  /** Folders outside the unit's own that it writes to. */
  readonly writes: readonly string[];
  readonly drainDeadlineMs: number;
  /** False for an executable that may not use systemd's socket. */
  readonly notifies: boolean;
  /** What the exporter of traces is told; nothing where nothing is traced. */
  readonly variables: Readonly<Record<string, string>>;
  /** Lines that would limit the addresses; they are written as comments, since addresses change. */
  readonly addresses: readonly string[];
}

const DESCRIPTIONS = {
  producer: "sitemon producer: checks web sites and publishes what it finds",
  consumer: "sitemon consumer: keeps the status of web sites in PostgreSQL",
} as const;

/** After a drain's own deadline, threads that hang are terminated, and what is left is closed. */
const STOP_MARGIN_SECONDS = 20;

/** `systemd-analyze security` rates it 1.1; what is left is the network itself. */
const HARDENING = `# Nobody in particular, who owns the state and nothing else.
DynamicUser=yes
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
PrivateUsers=yes
RemoveIPC=yes

# The system is to be read, and only the part of it that everybody sees.
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

# MemoryDenyWriteExecute= is not here: V8 compiles patterns and itself at run time.
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources @obsolete
# Refused, not killed: V8 asks for a memory key (pkey_alloc) and does without it.
SystemCallErrorNumber=EPERM

# No cloud's metadata service, whatever a name resolves to.
IPAddressDeny=link-local multicast

# A core would hold passwords.
LimitCORE=0
MemoryMax=512M
MemorySwapMax=0
TasksMax=128`;

const NOTIFIES =
  `# Ready means that every thread runs; the watchdog is fed only while all of them work. That Kafka or
# PostgreSQL is down changes neither: /readyz tells.
Type=notify
WatchdogSec=60`;

const EXECUTES = `# This executable is bound to its configuration, and may not use systemd's socket.
Type=exec`;

/** The text of the unit, which ends with a line break. */
export function unitText(options: UnitOptions): string {
  const { role, executable, config, credentials, files, writes, drainDeadlineMs } = options;
  const name = `sitemon-${role}`;
  const stopSeconds = Math.ceil(drainDeadlineMs / 1_000) + STOP_MARGIN_SECONDS;
  return `# ${name}.service, as "sitemon install-unit" prints it. docs/operations.md says how to install it.

[Unit]
Description=${DESCRIPTIONS[role]}
Wants=network-online.target
After=network-online.target
# It is started again for as long as it takes.
StartLimitIntervalSec=0

[Service]
${options.notifies ? NOTIFIES : EXECUTES}
ExecStart=${[executable, role, "-c", config].map(word).join(" ")}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2s
# Usage and configuration: starting again does not mend them.
RestartPreventExitStatus=64 78
# The drain, and then some.
TimeoutStopSec=${stopSeconds}
KillMode=mixed
# A name server that hangs must not hold up the checks of other sites.
Environment="RES_OPTIONS=timeout:1 attempts:1"
${exporterLines(options)}
# Outbox, and the socket to systemd.
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

/** What a request to the collector needs beside its address is a secret, and stands in no unit. */
function exporterLines({ role, variables }: UnitOptions): string {
  const entries = Object.entries(variables);
  if (entries.length === 0) return "";
  const all = [...entries, ["OTEL_SERVICE_NAME", `sitemon-${role}`] as const];
  return `# Where the spans of "traces" go.
${lines(all, ([name, value]) => `Environment=${quoted(escaped(`${name}=${value}`))}`)}`;
}

function addressLines({ addresses }: UnitOptions): string {
  if (addresses.length === 0) return "";
  const hints = addresses.map((line) => line.startsWith("#") ? line : `#${line}`);
  return ["", "# To let the kernel hold the addresses too, where they do not change:", ...hints, ""]
    .join("\n");
}

function lines<T>(items: readonly T[], line: (item: T) => string): string {
  return items.map((item) => `${line(item)}\n`).join("");
}

/** systemd expands `%`. */
function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}

/** As systemd takes it for one word. */
function word(text: string): string {
  const plain = escaped(text).replaceAll("$", "$$$$");
  return /^[\w\-./:=+@%$]+$/.test(plain) ? plain : quoted(plain);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
