/** Discord, by a webhook with one embed. */
import type { HttpTarget } from "../../config/alerts.ts";
import { type ChannelFormat, colorOf, jsonRequest } from "./channel_format.ts";
import { cut, MARKDOWN, writeText } from "./markup.ts";

/** See https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
export const DISCORD_TITLE_LENGTH_MAX = 256;
export const DISCORD_DESCRIPTION_LENGTH_MAX = 4_096;

export const discordRequests: ChannelFormat<HttpTarget> = (target, _, { text }) => [
  jsonRequest(target.url, {
    embeds: [{
      title: cut(MARKDOWN.escape(text.title), DISCORD_TITLE_LENGTH_MAX),
      description: writeText(text, MARKDOWN, { lengthMax: DISCORD_DESCRIPTION_LENGTH_MAX }),
      color: parseInt(colorOf(text.severity).slice(1), 16),
    }],
    // Whatever a site wrote, nobody is called by it.
    allowed_mentions: { parse: [] },
  }, target),
];
