/**
 * What each IDE reads from its file: names, and the type or the words a value may have. A name that is not
 * here would be ignored by the IDE without a word.
 */

/** `string`, `number`, `boolean`, a list of words, `array`, `object` */
export type Kind = "string" | "number" | "boolean" | "array" | "object" | readonly string[];
export type Keys = Readonly<Record<string, Kind>>;

/** https://code.visualstudio.com/docs/debugtest/debugging-configuration, "Launch.json attributes" */
const LAUNCH: Keys = {
  name: "string",
  type: ["cortex-debug"],
  request: ["launch", "attach"],
  preLaunchTask: "string",
  postDebugTask: "string",
  presentation: "object",
  internalConsoleOptions: ["neverOpen", "openOnSessionStart", "openOnFirstSessionStart"],
  debugServer: "number",
  serverReadyAction: "object",
};

/** Marus/cortex-debug 1.13.0-pre10 (commit 428af02), package.json, contributes.debuggers: both requests */
const CORTEX: Keys = {
  BMPGDBSerialPort: "string",
  armToolchainPath: "string",
  boardId: "string",
  breakAfterReset: "boolean",
  chainedConfigurations: "object",
  cmsisPack: "string",
  configFiles: "array",
  cpu: "string",
  cwd: "string",
  debuggerArgs: "array",
  device: "string",
  executable: "string",
  gdbInterruptMode: "string",
  gdbPath: "string",
  gdbTarget: "string",
  graphConfig: "array",
  hardwareBreakpoints: "object",
  hardwareWatchpoints: "object",
  interface: ["swd", "jtag", "cjtag"],
  ipAddress: "string",
  jlinkscript: "string",
  liveWatch: "object",
  machine: "string",
  numberOfProcessors: "number",
  objdumpPath: "string",
  openOCDLaunchCommands: "array",
  openOCDPreConfigLaunchCommands: "array",
  overrideGDBServerStartedRegex: "string",
  overridePreEndSessionCommands: "array",
  overrideResetCommands: "array",
  overrideRestartCommands: "array",
  postResetCommands: "array",
  postRestartCommands: "array",
  postRestartSessionCommands: "array",
  postStartSessionCommands: "array",
  powerOverBMP: "string",
  preResetCommands: "array",
  preRestartCommands: "array",
  rtos: "string",
  rttConfig: "object",
  runToEntryPoint: "string",
  searchDir: "array",
  serialNumber: "string",
  serverArgs: "array",
  serverpath: "string",
  servertype: [
    "jlink",
    "openocd",
    "pyocd",
    "stutil",
    "stlink",
    "bmp",
    "pe",
    "qemu",
    "external",
  ],
  showDevDebugOutput: ["none", "parsed", "raw", "both", "vscode"],
  showDevDebugTimestamps: "boolean",
  stlinkPath: "string",
  stm32cubeprogrammer: "string",
  svdFile: "string",
  svdPath: "string",
  swoConfig: "object",
  symbolFiles: "array",
  targetId: "string",
  targetProcessor: "number",
  toolchainPrefix: "string",
  v1: "boolean",
};
/** the same, of one request only */
const LAUNCH_ONLY: Keys = {
  ctiOpenOCDConfig: "object",
  loadFiles: "array",
  overrideLaunchCommands: "array",
  postLaunchCommands: "array",
  postResetSessionCommands: "array",
  preLaunchCommands: "array",
  runToMain: "boolean",
};
const ATTACH_ONLY: Keys = {
  overrideAttachCommands: "array",
  postAttachCommands: "array",
  preAttachCommands: "array",
};

/** Keys of a Cortex-Debug configuration. */
export const cortexDebug = (request: unknown): Keys => ({
  ...LAUNCH,
  ...CORTEX,
  ...(request === "attach" ? ATTACH_ONLY : LAUNCH_ONLY),
});

/** https://code.visualstudio.com/docs/reference/tasks-appendix, "Schema for tasks.json" */
export const VSCODE_TASKS = {
  task: {
    label: "string",
    detail: "string",
    type: ["shell", "process"],
    command: "string",
    args: "array",
    isBackground: "boolean",
    options: "object",
    group: "object",
    presentation: "object",
    problemMatcher: "object",
    runOptions: "object",
    dependsOn: "array",
    dependsOrder: ["parallel", "sequence"],
  },
  presentation: {
    reveal: ["never", "silent", "always"],
    echo: "boolean",
    focus: "boolean",
    panel: ["shared", "dedicated", "new"],
    showReuseMessage: "boolean",
    clear: "boolean",
    close: "boolean",
    group: "string",
  },
  problemMatcher: {
    base: "string",
    owner: "string",
    source: "string",
    severity: ["error", "warning", "info"],
    fileLocation: ["absolute", "relative", "autoDetect", "search"],
    pattern: "object",
    background: "object",
  },
  pattern: {
    regexp: "string",
    kind: ["file", "location"],
    file: "number",
    location: "number",
    line: "number",
    column: "number",
    endLine: "number",
    endColumn: "number",
    severity: "number",
    code: "number",
    message: "number",
    loop: "boolean",
  },
  background: { activeOnStart: "boolean", beginsPattern: "string", endsPattern: "string" },
} as const satisfies Readonly<Record<string, Keys>>;

const [JTAG, DSF, CDT, DEBUG] = [
  "org.eclipse.cdt.debug.gdbjtag.core.",
  "org.eclipse.cdt.dsf.gdb.",
  "org.eclipse.cdt.launch.",
  "org.eclipse.debug.core.",
];
const under = (prefix: string, keys: Keys): Keys =>
  Object.fromEntries(Object.entries(keys).map(([k, v]) => [prefix + k, v]));

/**
 * Attributes of Eclipse's "GDB Hardware Debugging", eclipse-cdt/cdt at commit 90d1dd3: IGDBJtagConstants (and
 * the older jtagDevice), IGDBLaunchConfigurationConstants, ICDTLaunchConfigurationConstants; of Eclipse itself
 * ILaunchManager's mapped resources. Types are those that the launch sequence asks for.
 */
export const ECLIPSE: Keys = {
  ...under(JTAG, {
    useRemoteTarget: "boolean",
    ipAddress: "string",
    portNumber: "number",
    jtagDevice: ["OpenOCD (via socket)"],
    jtagDeviceId: ["org.eclipse.cdt.debug.gdbjtag.core.jtagdevice.OpenOCDSocket"],
    initCommands: "string",
    delay: "number",
    doReset: "boolean",
    doHalt: "boolean",
    loadImage: "boolean",
    loadSymbols: "boolean",
    imageFileName: "string",
    symbolsFileName: "string",
    imageOffset: "string",
    symbolsOffset: "string",
    setPcRegister: "boolean",
    pcRegister: "string",
    setStopAt: "boolean",
    stopAt: "string",
    setResume: "boolean",
    runCommands: "string",
    protocol: ["remote", "extended-remote"],
    connection: "string",
    useProjBinaryForImage: "boolean",
    useFileForImage: "boolean",
    useProjBinaryForSymbols: "boolean",
    useFileForSymbols: "boolean",
  }),
  ...under(DSF, {
    DEBUG_NAME: "string",
    GDB_INIT: "string",
    NON_STOP: "boolean",
    UPDATE_THREADLIST_ON_SUSPEND: "boolean",
    REMOTE_TIMEOUT_ENABLED: "boolean",
    REMOTE_TIMEOUT_VALUE: "string",
  }),
  ...under(CDT, {
    ATTR_BUILD_BEFORE_LAUNCH_ATTR: "number",
    PROGRAM_NAME: "string",
    PROJECT_ATTR: "string",
    PROJECT_BUILD_CONFIG_AUTO_ATTR: "boolean",
    PROJECT_BUILD_CONFIG_ID_ATTR: "string",
    WORKING_DIRECTORY: "string",
  }),
  ...under(DEBUG, { MAPPED_RESOURCE_PATHS: "array", MAPPED_RESOURCE_TYPES: "array" }),
};

/**
 * CLion's run configurations, by element. It publishes no schema. The first type is as a saved configuration
 * shows it that is printed in a public README ("ST GDB Server: clion config"): one source. The words of
 * download-type beside UPDATED_ONLY follow the choices that CLion's help names (Always, If updated, None).
 * The second is as several public projects write it.
 */
export const CLION: Readonly<Record<string, Readonly<Record<string, Keys>>>> = {
  "com.jetbrains.cidr.embedded.customgdbserver.type": {
    configuration: {
      default: ["false"],
      name: "string",
      type: "string",
      factoryName: ["com.jetbrains.cidr.embedded.customgdbserver.factory"],
      PROGRAM_PARAMS: "string",
      REDIRECT_INPUT: ["false"],
      ELEVATE: ["false"],
      USE_EXTERNAL_CONSOLE: ["false"],
      PASS_PARENT_ENVS_2: ["true"],
      PROJECT_NAME: "string",
      TARGET_NAME: "string",
      CONFIG_NAME: "string",
      RUN_TARGET_PROJECT_NAME: "string",
      RUN_TARGET_NAME: "string",
      version: ["1"],
    },
    "custom-gdb-server": {
      version: ["1"],
      "gdb-connect": "string",
      executable: "string",
      "warmup-ms": "number",
      "download-type": ["ALWAYS", "UPDATED_ONLY", "NONE"],
      "reset-cmd": "string",
      "reset-after-download": ["true", "false"],
    },
    debugger: { kind: ["GDB"], isBundled: ["true", "false"] },
    method: { v: ["2"] },
    option: { name: ["CLION.COMPOUND.BUILD"], enabled: ["true", "false"] },
  },
  CLion_Remote: {
    configuration: {
      default: ["false"],
      name: "string",
      type: "string",
      factoryName: "string",
      version: ["1"],
      remoteCommand: "string",
      symbolFile: "string",
      sysroot: "string",
      toolchain: "string",
    },
    debugger: { kind: ["GDB"], isBundled: ["true", "false"] },
    pathMapping: { remote: "string", local: "string" },
    method: { v: ["2"] },
  },
};

function fits(kind: Kind, value: unknown): boolean {
  if (typeof kind !== "string") return typeof value === "string" && kind.includes(value);
  const is = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return is === kind;
}

/** What the IDE would not understand, one sentence each. */
export function keyProblems(where: string, value: object, known: Keys): readonly string[] {
  return Object.entries(value).flatMap(([key, v]) => {
    const kind = Object.hasOwn(known, key) ? known[key] : undefined;
    if (kind === undefined) return [`${where}: there is no ${key}`];
    if (fits(kind, v)) return [];
    const wanted = typeof kind === "string" ? kind : kind.join(" or ");
    return [`${where}: ${key} is ${JSON.stringify(v)}, not ${wanted}`];
  });
}
