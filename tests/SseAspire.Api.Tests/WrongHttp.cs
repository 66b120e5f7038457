using static SseAspire.Api.Tests.WrongRequest;

namespace SseAspire.Api.Tests;

/// <summary>Requests whose method, path, headers or form must be refused.</summary>
internal static class WrongHttp
{
    public static IEnumerable<WrongRequest> All => [.. OfRoute(), .. OfServer()];

    private static IEnumerable<WrongRequest> OfRoute()
    {
        foreach (var (method, path) in ((string, string)[])
        [
            ("DELETE", "/events"), ("PUT", "/events"), ("PATCH", "/events"), ("OPTIONS", "/events"), ("TRACE", "/events"),
            ("FOO", "/events"), ("POST", "/events/poll"), ("POST", "/events/long-poll"), ("POST", "/events/websocket"), ("POST", "/stats"), ("GET", "/operations/drop"), ("DELETE", "/operations/drop"),
            ("GET", "/operations/cut"), ("GET", "/operations/drain"), ("GET", "/operations/restart"), ("PUT", "/operations/meters"),
        ])
        {
            yield return Get($"{method} {path}", $"{path}?topic=a", "method", "Content-Length: 0\r\n", method, 405);
        }

        foreach (var path in (string[])
            ["/", "/nothing", "/events/nothing", "/events/poll/more", "/Eventsx", "/events%2Fpoll", "/%zz", "/../etc/passwd", "//events", "/operations", "/" + new string('a', 5_000)])
        {
            yield return Get($"path {path}", $"{path}?topic=a", "path", status: 404);
        }

        yield return Get("a path that is not there, accepting only an event stream", "/nothing", "path", "Accept: text/event-stream\r\n", status: 404);
        yield return Get("a wrong method, accepting only an event stream", "/events", "method", "Accept: text/event-stream\r\nContent-Length: 0\r\n", "DELETE", 405);
    }

    /// <summary>What is no request that a field could be named of: the server answers it without a body.</summary>
    private static IEnumerable<WrongRequest> OfServer()
    {
        yield return Get("10,000 headers", "/events?topic=a", null, string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X-Nonsense-{i}: {i}\r\n")), status: 431);
        yield return Get("a header of 40,000 bytes", "/events?topic=a", null, $"X-Nonsense: {new string('x', 40_000)}\r\n", status: 431);
        yield return Get("a request line of 100,000 bytes", $"/events?topic={new string('x', 100_000)}", null, status: 414);
        yield return Get("a header with NUL", "/events?topic=a", null, "X-Nonsense: a\0b\r\n");
        yield return Get("a header that is not UTF-8", "/events?topic=a", null, "X-Nonsense: \u00ff\r\n");
        yield return Get("NUL in Last-Event-ID", "/events?topic=a", null, "Last-Event-ID: a\0b\r\n");
        yield return Get("a carriage return in Last-Event-ID", "/events?topic=a", null, "Last-Event-ID: a\rb\r\n");
        yield return Get("a header without a colon", "/events?topic=a", null, "Nonsense\r\n");
        yield return Get("a space before a colon", "/events?topic=a", null, "X-Nonsense : a\r\n");
        yield return Get("a header without a name", "/events?topic=a", null, ": a\r\n");
        yield return Get("a folded header", "/events?topic=a", null, "X-Nonsense: a\r\n b\r\n");
        yield return Get("two hosts", "/events?topic=a", null, "Host: other\r\n");
        yield return Get("NUL in the path", "/events%00?topic=a", null);
        yield return Get("raw bytes in the query", "/events?topic=\u00ff", null);
        yield return Get("raw NUL in the query", "/events?topic=\0", null);
        yield return Get("a target without a slash", "events", null, status: 405);
        yield return Raw("no host", "GET /events?topic=a HTTP/1.1\r\n\r\n", null);
        yield return Raw("no version", "GET /events?topic=a\r\n\r\n", null);
        yield return Raw("no target", "GET\r\n\r\n", null);
        yield return Raw("a line of nonsense", "nonsense\r\n\r\n", null);
        yield return Raw("nonsense after HTTP", "GET /events?topic=a HTTP/1.1 nonsense\r\nHost: localhost\r\n\r\n", null);
        yield return Raw("a TLS greeting", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003abcdefgh\r\n\r\n", null);
        yield return Raw("an event stream instead of a request", "data: x\n\nevent: gap\ndata: {}\n\n", null);
    }
}
