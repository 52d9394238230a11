/** Where people read: a delivery in words is one post, in the markup and within the limits of its receiver. */
import { type Formats, jsonRequest } from "./channel_format.ts";
import { cut, jsonBytes, linkTarget, MARKDOWN, type Markup, PLAIN, writeText } from "./markup.ts";

/** See https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const DISCORD_TITLE_LENGTH_MAX = 256;
const DISCORD_DESCRIPTION_LENGTH_MAX = 4_096;
/** Of a whole post; an attachment may be longer, but is folded. */
const MATTERMOST_TEXT_LENGTH_MAX = 16_383;
/** Longer messages become attachments. See https://docs.ntfy.sh/publish/#limitations */
const NTFY_MESSAGE_BYTES_MAX = 4_096;
const NTFY_TITLE_LENGTH_MAX = 250;
const NTFY_ACTIONS_MAX = 3;
/** Of the text of a section block. See https://docs.slack.dev/reference/block-kit/blocks/section-block */
const SLACK_SECTION_LENGTH_MAX = 3_000;
/** An eighth of what Slack recommends for the text above it: each character may become five. */
const SLACK_TITLE_LENGTH_MAX = 500;
/** Of a whole message, 28 KB; the card around the text takes its share. */
const TEAMS_TEXT_BYTES_MAX = 20_000;
/** A heading of more lines is no heading. */
const TEAMS_TITLE_LENGTH_MAX = 500;
/** What a card shows beside each other. */
const TEAMS_ACTIONS_MAX = 6;
/** Of a message, after its tags were read. See https://core.telegram.org/bots/api#sendmessage */
const TELEGRAM_TEXT_LENGTH_MAX = 4_096;
/** Of the line above, in characters that may each become five. */
const TELEGRAM_TITLE_LENGTH_MAX = 200;

/** What a severity looks like: in a chat, on a card, and how loud it is with ntfy. */
const LOOKS = {
  ended: { color: "#2e7d32", card: "Good", priority: 3 },
  critical: { color: "#c62828", card: "Attention", priority: 5 },
  warning: { color: "#ef6c00", card: "Warning", priority: 4 },
  info: { color: "#1565c0", card: "Accent", priority: 3 },
};

/** Of what ended when `severity` is `null`. */
function lookOf(severity: string | null) {
  if (severity === null) return LOOKS.ended;
  return severity === "critical" || severity === "warning" ? LOOKS[severity] : LOOKS.info;
}

function escapeTags(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** See https://docs.slack.dev/messaging/formatting-message-text#escaping */
const MRKDWN: Markup = {
  escape: escapeTags,
  bold: (text) => `*${text}*`,
  link: ({ label, url }) => `<${linkTarget(url)}|${label}>`,
};

/** See https://core.telegram.org/bots/api#html-style */
const HTML: Markup = {
  escape: escapeTags,
  bold: (text) => `<b>${text}</b>`,
  link: ({ label, url }) => `<a href="${escapeTags(linkTarget(url))}">${label}</a>`,
};

export const POST_FORMATS: Formats<
  "discord" | "mattermost" | "ntfy" | "slack" | "teams" | "telegram"
> = {
  /** One embed. */
  discord: (target, _, { text }) => [
    jsonRequest(target.url, {
      embeds: [{
        title: cut(MARKDOWN.escape(text.title), DISCORD_TITLE_LENGTH_MAX),
        description: writeText(text, MARKDOWN, { lengthMax: DISCORD_DESCRIPTION_LENGTH_MAX }),
        color: parseInt(lookOf(text.severity).color.slice(1), 16),
      }],
      // Whatever a site wrote, nobody is called by it.
      allowed_mentions: { parse: [] },
    }, target),
  ],

  /** See https://developers.mattermost.com/integrate/reference/message-attachments/ */
  mattermost: (target, _, { text }) => [
    jsonRequest(target.url, {
      attachments: [{
        fallback: MARKDOWN.escape(text.title),
        color: lookOf(text.severity).color,
        title: MARKDOWN.escape(text.title),
        text: writeText(text, MARKDOWN, { lengthMax: MATTERMOST_TEXT_LENGTH_MAX }),
      }],
    }, target),
  ],

  /** Published as JSON: names and texts may be of any alphabet, which headers may not. */
  ntfy(target, _, { text }) {
    const { token, headers } = target;
    const url = new URL(target.url);
    const topic = decodeURIComponent(url.pathname.replace(/^\/|\/$/g, ""));
    const links = text.entries[0]?.links ?? [];
    const page = links.find(({ label }) => label === "Status page") ?? links[0];
    const message = {
      topic,
      title: cut(text.title, NTFY_TITLE_LENGTH_MAX),
      message: writeText(text, PLAIN, { lengthMax: NTFY_MESSAGE_BYTES_MAX, lengthOf: jsonBytes }),
      priority: lookOf(text.severity).priority,
      tags: [text.severity === null ? "white_check_mark" : "rotating_light"],
      click: page?.url,
      actions: links.slice(0, NTFY_ACTIONS_MAX)
        .map(({ label, url }) => ({ action: "view", label, url })),
    };
    url.pathname = "/";
    const login = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return [jsonRequest(url.href, message, { ...target, headers: { ...headers, ...login } })];
  },

  /** The title as text, all else in an attachment with a color. */
  slack(target, _, { text }) {
    const body = writeText(text, MRKDWN, { lengthMax: SLACK_SECTION_LENGTH_MAX });
    // Verbatim: no names of people or channels, and no urls, are looked for in it.
    const section = { type: "section", text: { type: "mrkdwn", text: body, verbatim: true } };
    return [
      jsonRequest(target.url, {
        text: MRKDWN.bold(MRKDWN.escape(cut(text.title, SLACK_TITLE_LENGTH_MAX))),
        attachments: [{ color: lookOf(text.severity).color, blocks: [section] }],
        unfurl_links: false,
      }, target),
    ];
  },

  /** An Adaptive Card, of blocks that alone know no Markdown: https://adaptivecards.io/explorer/RichTextBlock.html */
  teams(target, _, { text }) {
    const block = (run: Record<string, unknown>) => ({
      type: "RichTextBlock",
      inlines: [{ type: "TextRun", ...run }],
    });
    const title = {
      text: cut(text.title, TEAMS_TITLE_LENGTH_MAX),
      size: "Large",
      weight: "Bolder",
      color: lookOf(text.severity).card,
    };
    const entries = text.entries.map((entry) => ({ ...entry, links: [] }));
    const lengths = { lengthMax: TEAMS_TEXT_BYTES_MAX, lengthOf: jsonBytes };
    const lines = writeText({ ...text, entries }, PLAIN, lengths).split("\n").filter(Boolean);
    const actions = text.entries.flatMap(({ headline, links }) =>
      links.map(({ label: title, url }) => {
        return { type: "Action.OpenUrl", title, tooltip: headline, url };
      })
    );
    const content = {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      body: [block(title), ...lines.map((line) => block({ text: line }))],
      actions: actions.slice(0, TEAMS_ACTIONS_MAX),
    };
    const contentType = "application/vnd.microsoft.card.adaptive";
    const attachments = [{ contentType, contentUrl: null, content }];
    return [jsonRequest(target.url, { type: "message", attachments }, target)];
  },

  /** By a bot. */
  telegram({ token, chatId, url }, _, { text }) {
    const title = HTML.bold(HTML.escape(cut(text.title, TELEGRAM_TITLE_LENGTH_MAX)));
    const lengthMax = TELEGRAM_TEXT_LENGTH_MAX - title.length - 1;
    return [
      jsonRequest(`${url.replace(/\/$/, "")}/bot${token}/sendMessage`, {
        chat_id: chatId,
        text: `${title}\n${writeText(text, HTML, { lengthMax })}`,
        parse_mode: "HTML",
        link_preview_options: { is_disabled: true },
        disable_notification: text.severity === null,
      }),
    ];
  },
};
