using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace SseAspire.Web.Tests;

/// <summary>A visitor without a browser, at an address of their own: all of 127.0.0.0/8 is this machine.</summary>
internal sealed partial class Visitor : IDisposable
{
    private Visitor(HttpClient http) => Http = http;

    public HttpClient Http { get; }

    /// <summary>A visitor of a site.</summary>
    public static Visitor From(string address, Uri site) => new(new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address).MapToIPv6(), 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = site });

    /// <summary>Opens a page and sends its form.</summary>
    public async Task<HttpResponseMessage> SendAsync(string page, string handler, params (string Name, string Value)[] fields)
    {
        var html = await Http.GetStringAsync(page, TestContext.Current.CancellationToken);
        using var form = new FormUrlEncodedContent(
            [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), new("__RequestVerificationToken", Token().Match(html).Groups[1].Value)]);
        return await Http.PostAsync(new Uri($"{page}?handler={handler}", UriKind.Relative), form, TestContext.Current.CancellationToken);
    }

    public void Dispose() => Http.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
