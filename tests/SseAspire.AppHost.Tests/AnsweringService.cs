using System.Net;
using System.Text;
using SseAspire.Testing;

namespace SseAspire.AppHost.Tests;

/// <summary>Stands where a service would listen, answers everything the same, and tells what it was asked.</summary>
internal sealed class AnsweringService : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _answering;

    public AnsweringService(string json, int status = 200)
    {
        _listener.Prefixes.Add($"http://localhost:{Port}/");
        _listener.Start();
        _answering = AnswerAsync(Encoding.UTF8.GetBytes(json), status);
    }

    public int Port { get; } = ServiceProcess.FreePort();

    /// <summary>The method and the path of the last request.</summary>
    public string? Asked { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _answering;
    }

    private async Task AnswerAsync(byte[] json, int status)
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                Asked = $"{context.Request.HttpMethod} {context.Request.RawUrl}";
                context.Response.StatusCode = status;
                context.Response.ContentType = "application/json";
                context.Response.Close(json, willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
