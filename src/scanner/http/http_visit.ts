/** What one request and its response bring: beside a visit's phases its head, and a decoded body. */
import { Visit } from "../connection/visit.ts";
import type { ResponseHead } from "./response_parser.ts";
import type { VisitPlan } from "./visit_plan.ts";

/** A request under way, and its response; the body is empty when that failed before its end. */
export class HttpVisit extends Visit<VisitPlan> {
  /** Known as soon as it is whole. */
  head: ResponseHead | undefined;
  /** The content coding that is not known here, in which the body still is. */
  unknownCoding: string | undefined;
}
