/** Mattermost, by an incoming webhook with a message attachment. */
import type { HttpTarget } from "../../config/alerts.ts";
import { type ChannelFormat, colorOf, jsonRequest } from "./channel_format.ts";
import { MARKDOWN, writeText } from "./markup.ts";

/** Of a whole post; an attachment may be longer, but is folded. */
export const MATTERMOST_TEXT_LENGTH_MAX = 16_383;

/** See https://developers.mattermost.com/integrate/reference/message-attachments/ */
export const mattermostRequests: ChannelFormat<HttpTarget> = (target, _, { text }) => [
  jsonRequest(target.url, {
    attachments: [{
      fallback: MARKDOWN.escape(text.title),
      color: colorOf(text.severity),
      title: MARKDOWN.escape(text.title),
      text: writeText(text, MARKDOWN, { lengthMax: MATTERMOST_TEXT_LENGTH_MAX }),
    }],
  }, target),
];
