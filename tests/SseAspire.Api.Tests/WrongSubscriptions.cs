namespace SseAspire.Api.Tests;

/// <summary>Requests to read that must be refused, each with the field that is wrong.</summary>
internal static class WrongSubscriptions
{
    /// <summary>Percent-encoded bytes that are not valid UTF-8: alone, cut short, surrogates, overlong, beyond Unicode.</summary>
    public static readonly string[] NotUtf8 = ["%FF", "%80", "%C3", "a%C3z", "%E2%82", "%F0%9F%92", "%ED%A0%80", "%C0%AF", "%E0%80%AF", "%F5%80%80%80"];

    /// <summary>Percent-encoded control characters.</summary>
    public static readonly string[] Controls = ["%00", "%01", "%08", "%09", "%0A", "%0D", "%0D%0A", "%1B", "%7F", "%C2%80", "%C2%85"];

    private static readonly string[] BrokenEscapes = ["%", "a%", "%4", "%zz", "%0g", "%%41", "%u0041"];

    /// <summary>What makes a request a WebSocket's.</summary>
    private const string Handshake =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static readonly string[] WrongMeters = ["", "a%20b", "a/b", "%C3%A9", "a,b", "%00", "%FF", new string('m', 65)];

    public static IEnumerable<WrongRequest> All =>
    [
        .. OfSelection("/events"),
        .. OfSelection("/events/poll"),
        .. OfSelection("/events/long-poll"),
        .. OfSelection("/events/websocket", Handshake),
        .. OfCursor("/events", "lastEventId"),
        .. OfCursor("/events/poll", "after"),
        .. OfCursor("/events/long-poll", "after"),
        .. OfCursor("/events/websocket", "after", Handshake),
        .. OfOptions(),
        .. OfHeader(),
        .. OfHandshake(),
    ];

    private static IEnumerable<WrongRequest> OfSelection(string path, string headers = "")
    {
        yield return WrongRequest.Get($"{path} without a query", path, "topic", headers);
        yield return WrongRequest.Get($"{path} with an empty query", $"{path}?", "topic", headers);
        yield return WrongRequest.Get($"{path} without a topic", $"{path}?Topic=a", "topic", headers);
        yield return WrongRequest.Get($"{path} with an empty topic", $"{path}?topic=", "topic", headers);
        yield return WrongRequest.Get($"{path} with a topic that has no value", $"{path}?topic", "topic", headers);
        yield return WrongRequest.Get($"{path} with one empty topic of two", $"{path}?topic=a&topic=", "topic", headers);
        yield return WrongRequest.Get($"{path} with 65 topics", $"{path}?{Repeat("topic=a", 65)}", "topic", headers);
        yield return WrongRequest.Get($"{path} with 65 topics as long as may be", $"{path}?{Repeat($"topic={Repeat("%41", 256, "")}", 65)}", "topic", headers);
        yield return WrongRequest.Get($"{path} with a topic of 257 bytes", $"{path}?topic={new string('x', 257)}", "topic", headers);
        yield return WrongRequest.Get($"{path} with a topic of 258 bytes in 129 characters", $"{path}?topic={Repeat("%C3%A9", 129, "")}", "topic", headers);
        yield return WrongRequest.Get($"{path} with a topic of 60,000 bytes", $"{path}?topic={new string('x', 60_000)}", "topic", headers);
        yield return WrongRequest.Get($"{path} with the replacement character", $"{path}?topic=%EF%BF%BD", "topic", headers);
        yield return WrongRequest.Get($"{path} with ** before the last level", $"{path}?topic=**/a", "topic", headers);
        yield return WrongRequest.Get($"{path} with a topic of 17 levels", $"{path}?topic={Repeat("a", 17, "/")}", "topic", headers);
        yield return WrongRequest.Get($"{path} with a pattern of 17 levels", $"{path}?topic={Repeat("a", 16, "/")}/**", "topic", headers);
        yield return WrongRequest.Get($"{path} with a pattern of 256 levels", $"{path}?topic={new string('/', 255)}", "topic", headers);
        yield return WrongRequest.Get($"{path} with a pattern of five wildcards", $"{path}?topic=*/*/*/*/*", "topic", headers);
        yield return WrongRequest.Get($"{path} with ** twice", $"{path}?topic=a/**/**", "topic", headers);
        yield return WrongRequest.Get($"{path} with a name that is not UTF-8", $"{path}?topic=a&%FF=1", "query", headers);
        yield return WrongRequest.Get($"{path} with a broken escape of no name", $"{path}?topic=a&=%zz", "query", headers);
        yield return WrongRequest.Get($"{path} with 2,001 fields", $"{path}?{Repeat("topic=a", 2_001)}", "query", headers);
        foreach (var wrong in (string[])[.. NotUtf8, .. Controls, .. BrokenEscapes])
        {
            yield return WrongRequest.Get($"{path} with topic={wrong}", $"{path}?topic={wrong}", "topic", headers);
        }
    }

    private static IEnumerable<WrongRequest> OfCursor(string path, string field, string headers = "")
    {
        foreach (var misspelt in (string[])["lastEvent", "lastEventIds", "last_event", "lastId", "lst-event-id", "After", "atfer", "afters", "Topic", "topics", "histroy", "HEARTBEAT", "heart-beat", "envelop", "Meter"])
        {
            yield return WrongRequest.Get($"{path} with {misspelt}", $"{path}?topic=a&{misspelt}=1", misspelt, headers);
        }
    }

    private static IEnumerable<WrongRequest> OfOptions()
    {
        foreach (var (path, field, values) in ((string, string, string[])[])
        [
            ("/events", "history", ["-1", "1001", "abc", "1.5", "", "99999999999999999999", "%2B1", "%201", "0x10", "1e2", "%D9%A1"]),
            ("/events", "envelope", ["yes", "1", "TRUE", "", "true%00"]),
            ("/events", "heartbeat", ["off", "", "EVENT", "event%0A"]),
            ("/events/poll", "limit", ["0", "1001", "-5", "x", "", "1.0", "4294967297"]),
            ("/events", "after", ["earliest", "1-1"]),
            ("/events/poll", "history", ["-1", "1001"]),
            ("/events/long-poll", "limit", ["0", "1001"]),
            ("/events/long-poll", "wait", ["-1", "61", "1.5", "25s", "", "99999999999999999999"]),
            ("/events/long-poll", "history", ["-1", "1001"]),
            ("/events/websocket", "history", ["-1", "1001"]),
        ])
        {
            var headers = HeadersOf(path);
            foreach (var value in values)
            {
                yield return WrongRequest.Get($"{path} with {field}={value}", $"{path}?topic=a&{field}={value}", field, headers);
            }

            yield return WrongRequest.Get($"{path} with {field} twice", $"{path}?topic=a&{field}=1&{field}=1", field, headers);
        }

        foreach (var path in (string[])["/events", "/events/poll", "/events/long-poll", "/events/websocket"])
        {
            foreach (var name in WrongMeters)
            {
                yield return WrongRequest.Get($"{path} with meter={name}", $"{path}?topic=a&meter={name}", "meter", HeadersOf(path));
            }

            yield return WrongRequest.Get($"{path} with meter twice", $"{path}?topic=a&meter=a&meter=a", "meter", HeadersOf(path));
        }

        foreach (var name in WrongMeters)
        {
            yield return WrongRequest.Get($"meters of meter={name}", $"/operations/meters?meter=a&meter={name}", "meter");
            yield return WrongRequest.Get($"announcing meter={name}", $"/operations/meters?meter=a&meter={name}", "meter", "Content-Length: 0\r\n", "POST");
            yield return WrongRequest.Get($"cutting meter={name}", $"/operations/cut?meter={name}&meter=a", "meter", "Content-Length: 0\r\n", "POST");
        }

        yield return WrongRequest.Get("meters of none", "/operations/meters", "meter");
        yield return WrongRequest.Get("meters of 257", $"/operations/meters?{Repeat("meter=a", 257)}", "meter");
        yield return WrongRequest.Get("announcing none", "/operations/meters", "meter", "Content-Length: 0\r\n", "POST");
        yield return WrongRequest.Get("cutting none", "/operations/cut?seconds=1", "meter", "Content-Length: 0\r\n", "POST");
        foreach (var value in (string[])["-1", "61", "1.5", "x", "", "4294967297"])
        {
            yield return WrongRequest.Get($"cutting for seconds={value}", $"/operations/cut?meter=a&seconds={value}", "seconds", "Content-Length: 0\r\n", "POST");
        }

        yield return WrongRequest.Get("cutting for seconds twice", "/operations/cut?meter=a&seconds=1&seconds=1", "seconds", "Content-Length: 0\r\n", "POST");
        foreach (var value in (string[])["0", "2", "-1", "1.01", "NaN", "Infinity", "x", "", "1e-1", "0,5", "%E2%88%9E"])
        {
            yield return WrongRequest.Get($"dropping share={value}", $"/operations/drop?share={value}", "share", "Content-Length: 0\r\n", "POST");
        }

        yield return WrongRequest.Get("dropping share twice", "/operations/drop?share=0.1&share=0.1", "share", "Content-Length: 0\r\n", "POST");
    }

    private static IEnumerable<WrongRequest> OfHeader()
    {
        // What EventSource sends of itself: it must be told as well.
        yield return WrongRequest.Get("no topic, accepting only an event stream", "/events", "topic", "Accept: text/event-stream\r\n");
        yield return WrongRequest.Get("no topic, accepting only pictures", "/events", "topic", "Accept: image/png\r\n");
    }

    private static IEnumerable<WrongRequest> OfHandshake()
    {
        const string Target = "/events/websocket?topic=a";
        yield return WrongRequest.Get("a WebSocket without a handshake", Target, "Upgrade", status: 426);
        foreach (var line in Handshake.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            yield return WrongRequest.Get($"a handshake without {line}", Target, "Upgrade", Handshake.Replace($"{line}\r\n", "", StringComparison.Ordinal), status: 426);
        }

        yield return WrongRequest.Get("a handshake of version 8", Target, "Upgrade", Handshake.Replace("13", "8", StringComparison.Ordinal), status: 426);
        yield return WrongRequest.Get("a handshake with a short key", Target, "Upgrade", Handshake.Replace("dGhl", "", StringComparison.Ordinal), status: 426);
        foreach (var origin in (string[])["http://evil.example", "null", "", "http://test:81", "http://test.evil.example", "nonsense", "http://test, http://test"])
        {
            yield return WrongRequest.Get($"a handshake of the origin '{origin}'", Target, "Origin", $"{Handshake}Origin: {origin}\r\n", status: 403);
        }
    }

    private static string HeadersOf(string path) => path == "/events/websocket" ? Handshake : "";

    internal static string Repeat(string text, int count, string separator = "&") => string.Join(separator, Enumerable.Repeat(text, count));
}
