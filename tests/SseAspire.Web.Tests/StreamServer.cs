using System.Collections.Concurrent;
using System.Net;
using System.Text;
using SseAspire.Testing;

namespace SseAspire.Web.Tests;

/// <summary>
/// Serves given bytes as event streams, <c>/streams/0</c> and on, each once and in pieces; who comes back is told
/// to stay away. Beside them an empty page and the page's module that reads such streams.
/// </summary>
internal sealed class StreamServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly IReadOnlyList<byte[]> _streams;
    private readonly ConcurrentDictionary<int, bool> _served = new();
    private readonly Task _serving;

    public StreamServer(IReadOnlyList<byte[]> streams)
    {
        _streams = streams;
        Address = new Uri($"http://127.0.0.1:{ServiceProcess.FreePort()}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>What came back as <c>Last-Event-ID</c>, by the stream's number.</summary>
    public ConcurrentDictionary<int, string> Resumed { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        List<Task> answers = [];
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                answers.Add(Task.Run(() => AnswerAsync(context)));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        var answer = context.Response;
        if (path.StartsWith("/streams/", StringComparison.Ordinal))
        {
            await StreamAsync(int.Parse(path["/streams/".Length..], null), context.Request, answer);
        }
        else
        {
            var script = path.EndsWith(".js", StringComparison.Ordinal);
            answer.ContentType = script ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8";
            var module = Path.Combine(RepositoryRoot.Path, "SseAspire.Web", "wwwroot", "js", "event-stream-parser.js");
            await answer.OutputStream.WriteAsync(script ? await File.ReadAllBytesAsync(module) : "<!DOCTYPE html>"u8.ToArray());
        }

        answer.Close();
    }

    private async Task StreamAsync(int number, HttpListenerRequest request, HttpListenerResponse answer)
    {
        if (!_served.TryAdd(number, true))
        {
            // Browsers send it in UTF-8; a header is read byte by byte.
            Resumed[number] = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(request.Headers["Last-Event-ID"] ?? ""));
            // The status that ends an EventSource (the HTML standard, section 9.2.3).
            answer.StatusCode = (int)HttpStatusCode.NoContent;
            return;
        }

        answer.ContentType = "text/event-stream";
        answer.SendChunked = true;
        var pieces = new Random(number);
        var stream = _streams[number];
        for (var sent = 0; sent < stream.Length;)
        {
            var size = pieces.Next(1, Math.Min(9, stream.Length - sent + 1));
            await answer.OutputStream.WriteAsync(stream.AsMemory(sent, size));
            await answer.OutputStream.FlushAsync();
            await Task.Yield();
            sent += size;
        }
    }
}
