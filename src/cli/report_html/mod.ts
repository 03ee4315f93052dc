/** The report of a run as one page. @module */
export { type ReportChip, reportHtml } from "./page.ts";
