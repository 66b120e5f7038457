using System.Text;
using System.Text.Json;

namespace SseAspire.Web.Tests;

/// <summary>What the page says of a stream is what the browser itself makes of it.</summary>
public sealed class EventStreamParserTests(Browser browser)
{
    /// <summary>The HTML standard, sections 9.2.5 and 9.2.6: each rule, and what lies beside it.</summary>
    private static readonly string[] Edges =
    [
        "",
        "data: one\n\n",
        "data: one\n",
        "data: one",
        "data: one\n\ndata: two",
        "data: one\n\ndata: two\n",
        ": a comment\n\n",
        ":\n:data: no\n\ndata: yes\n\n",
        "data: a\ndata: b\ndata:\ndata: c\n\n",
        "data\n\n",
        "data\ndata\n\n",
        "data:\n\n",
        "data:x\n\ndata: x\n\ndata:  x\n\ndata:\tx\n\n",
        "data: a:b: c\n\n",
        " data: with a space before it\n\ndata : and after it\n\n",
        "Data: a\nDATA: b\n\ndata: c\n\n",
        "foo: bar\nfoo\n\ndata: kept\nfoo: bar\n\n",
        "event: greeting\ndata: hi\n\ndata: nameless\n\n",
        "event: first\nevent: second\ndata: x\n\n",
        "event:\ndata: x\n\n",
        "event: lost with its event\n\ndata: x\n\n",
        "event: open\ndata: x\n\nevent: error\ndata: y\n\n",
        "id: 1\ndata: a\n\ndata: b\n\n",
        "id: 1\n\ndata: b\n\n",
        "id: 7\n\n",
        "id: 1\ndata: a\n\nid\ndata: b\n\n",
        "id: 1\ndata: a\n\nid:\ndata: b\n\n",
        "id: 1\ndata: a\n\nid: 2\n",
        "id: 1\ndata: a\n\nid: 2\ndata: b\n",
        "id: 1\nid: 2\ndata: a\n\n",
        "id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n",
        "id: \0\ndata: b\n\n",
        "data: \0\n\nevent: \0\ndata: x\n\n",
        "id: é𝄞\ndata: ж\n\n",
        "retry: 20\ndata: a\n\n",
        "retry: 20x\nretry: -1\nretry: 1.5\nretry:\nretry\ndata: a\n\n",
        "retry: 20\n\n",
        "data: a\r\rdata: b\r\r",
        "data: a\r\n\r\ndata: b\r\n\r\n",
        "data: a\r\n\rdata: b\n\r\n",
        "data: a\n\r",
        "data: a\r\n\r",
        "data: a\r",
        "\uFEFFdata: a\n\n",
        "\uFEFF\uFEFFdata: a\n\ndata: b\n\n",
        "\uFEFF\n\ndata: a\n\n",
        "data: a\n\n\uFEFFdata: b\n\n",
        "\n\n\n\r\n\r\rdata: a\n\n\n\n",
        "data: a\u2028b\u0085c\vd\fe\n\n",
        "data: " + new string('x', 5000) + "\n\n",
    ];

    private static readonly string[] Pieces =
    [
        "data", "data:", "data: ", "event: a", "event:b", "id: ", "id:9", "id", "retry: 20", "retry: 2 0", ":", " ", "x", "ж𝄞", "\0",
        "\uFEFF", "foo: ", "\n", "\n", "\n", "\n\n", "\n\n", "\r", "\r\r", "\r\n", "\r\n\r\n",
    ];

    [Fact]
    public async Task It_dispatches_what_EventSource_dispatches_however_the_stream_is_cut()
    {
        var random = new Random(9_2_6);
        byte[][] streams =
        [
            .. Edges.Select(Encoding.UTF8.GetBytes),
            // Bytes that are no UTF-8, at the end of a character and of the stream.
            [.. "data: a"u8, 0xC3, .. "b\n\ndata: "u8, 0xFF, .. "\n\n"u8, 0xE2, 0x82],
            .. Enumerable.Range(0, 60).Select(_ => Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Range(0, random.Next(4, 40)).Select(_ => Pieces[random.Next(Pieces.Length)])))),
        ];
        await using var server = new StreamServer(streams);
        var page = await browser.NewPageAsync();
        await page.GotoAsync(server.Address.ToString());

        var json = await page.EvaluateAsync<string>(ReadAll, streams.Select(Convert.ToBase64String).ToArray());
        using var document = JsonDocument.Parse(json);
        var read = document.RootElement;

        for (var n = 0; n < streams.Length; n++)
        {
            var stream = JsonSerializer.Serialize(Encoding.UTF8.GetString(streams[n]));
            var result = read[n];
            var events = result.GetProperty("events").GetRawText();
            Assert.True(events == result.GetProperty("browser").GetRawText(), $"{stream}: {result}");
            Assert.True(events == result.GetProperty("bytewise").GetRawText(), $"{stream}: {result}");
            Assert.True(events == result.GetProperty("cut").GetRawText(), $"{stream}: {result}");
            // And it comes back with the id that the module says. HTTP trims a field's value.
            Assert.Equal((stream, result.GetProperty("lastEventId").GetString()!.Trim(' ')), (stream, server.Resumed[n]));
        }

        Assert.Contains(Enumerable.Range(0, streams.Length), n => read[n].GetProperty("browser").GetArrayLength() > 2);
    }

    [Fact]
    public async Task It_says_of_each_line_what_became_of_it()
    {
        await using var server = new StreamServer([]);
        var page = await browser.NewPageAsync();
        await page.GotoAsync(server.Address.ToString());

        var lines = await page.EvaluateAsync<string[]>("""
            async () => {
              const { EventStreamParser } = await import('/event-stream-parser.js');
              const parser = new EventStreamParser();
              const lines = parser.push('\uFEFF: note\nretry: 20\nretry: soon\nid: 1\nid: \0\nevent: a\ndata:  b\nfoo: bar\n\nid: 2\n\ndata: c');
              return [
                ...lines.map(({ kind, value, ignored, marked, event }) =>
                  [kind, JSON.stringify(value), ignored && 'ignored', marked && 'marked', event && 'dispatched'].filter(Boolean).join(' ')),
                `rest ${parser.rest}`, `unfinished ${parser.unfinished}`, `retry ${parser.reconnectionTime}`, `id ${parser.lastEventId}`,
              ];
            }
            """);

        Assert.Equal(
            [
                "comment \" note\" ignored marked", "retry \"20\"", "retry \"soon\" ignored", "id \"1\"", "id \"\\u0000\" ignored",
                "event \"a\"", "data \" b\"", "unknown \"bar\" ignored", "blank \"\" dispatched", "id \"2\"", "blank \"\"",
                "rest data: c", "unfinished true", "retry 20", "id 2",
            ],
            lines);
    }

    /// <summary>Reads each stream with the module, whole and in pieces, and with EventSource until it gives up.</summary>
    private const string ReadAll = """
        async (streams) => {
          const { EventStreamParser } = await import('/event-stream-parser.js');
          const read = (bytes, sizes) => {
            const parser = new EventStreamParser();
            const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
            const events = [];
            for (let at = 0; at < bytes.length;) {
              const size = sizes(bytes.length - at);
              for (const line of parser.push(decoder.decode(bytes.subarray(at, at + size), { stream: true }))) {
                if (line.event) events.push(line.event);
              }
              at += size;
            }
            return { events, lastEventId: parser.lastEventId };
          };
          let seed = 1;
          const anySize = () => 1 + ((seed = (seed * 48271) % 2147483647) % 7);
          const results = streams.map((base64) => {
            const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
            return { ...read(bytes, (rest) => rest), bytewise: read(bytes, () => 1).events, cut: read(bytes, anySize).events };
          });
          // A listener hears only of the types that it names.
          const types = new Set(['message', 'open', 'error', 'a', 'b', 'greeting', 'first', 'second', 'lost with its event', '\0',
            ...results.flatMap(({ events }) => events.map(({ type }) => type))]);
          await Promise.all(results.map((result, n) => new Promise((resolve) => {
            result.browser = [];
            const source = new EventSource(`/streams/${n}`);
            for (const type of types) {
              source.addEventListener(type, (event) => {
                if (event instanceof MessageEvent) result.browser.push({ type: event.type, data: event.data, lastEventId: event.lastEventId });
              });
            }
            source.addEventListener('error', () => { if (source.readyState === EventSource.CLOSED) resolve(); });
          })));
          return JSON.stringify(results);
        }
        """;
}
