using System.Text;

namespace SseAspire.Web.Learn;

/// <summary>
/// What one event costs on the wire beyond its payload, in bytes: the same id, type and data over each transport.
/// Over HTTP/1.1, which shows it best: HTTP/2 packs headers that repeat.
/// </summary>
internal static class Overhead
{
    private const string Json = """{"id":"1795403620964-42","type":"host","data":}""";

    /// <summary>The hub's own, without a proxy's.</summary>
    private const string ResponseHeaders =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nDate: Tue, 24 Nov 2026 18:52:42 GMT\r\n" +
        "Server: Kestrel\r\nAccess-Control-Allow-Origin: http://localhost:8080\r\nCache-Control: no-store\r\n" +
        "Transfer-Encoding: chunked\r\nVary: Origin\r\n\r\n";

    /// <summary>A chunk of a response (RFC 9112, section 7.1) around a frame of the stream.</summary>
    public static int ServerSentEvents { get; } = "80\r\n\r\n".Length + "id: 1795403620964-42\nevent: host\ndata: \n\n".Length;

    /// <summary>The header of a server's frame (RFC 6455, section 5.2) around the same as JSON.</summary>
    public static int WebSocket { get; } = 4 + Json.Length;

    /// <summary>A request and a response for one event; what this visitor's browser sends is counted, not assumed.</summary>
    public static int Poll(HttpRequest request) =>
        RequestSize(request) + ResponseHeaders.Length + "{\"events\":[],\"next\":\"1795403620964-42\"}".Length + Json.Length;

    private static int RequestSize(HttpRequest request) =>
        $"GET {request.Path} HTTP/1.1\r\n\r\n".Length +
        request.Headers.Sum(header => header.Value.Sum(value => $"{header.Key}: \r\n".Length + Encoding.UTF8.GetByteCount(value ?? "")));
}
