/** Names of files as recipes write them. */

/** Whether a name that is written in a recipe stays below the recipe's folder. */
export const staysInside = (path: string): boolean =>
  !/^(?:[/\\~]|[a-zA-Z]:|[a-z][a-z0-9+.-]*:)/.test(path) && !path.includes("\\") &&
  !path.split("/").includes("..");

/** The folder of a file, with its slash; empty for one without. */
export const folderOf = (file: string): string => file.replace(/[^/]*$/, "");

/** `folder` + `./x/../y` put together, without `.` and `..` where that is possible. */
export function joinPath(folder: string, path: string): string {
  const out: string[] = [];
  for (const part of `${folder}${path}`.split("/")) {
    if (part === ".." && out.length > 0 && out.at(-1) !== ".." && out.at(-1) !== "") out.pop();
    else if (part !== "." && !(part === "" && out.length > 0)) out.push(part);
  }
  return out.join("/");
}
