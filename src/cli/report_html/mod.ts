/** The report of a run as one page, and what it is drawn from. @module */
export { mapSectors, sectorWords } from "./flash_map.ts";
export { reportHtml } from "./page.ts";
export { flashStory, type ReportChip } from "./story.ts";
