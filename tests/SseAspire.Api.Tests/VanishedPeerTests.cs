using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>A peer that vanished, whose packets are lost from one moment on, leaves within <c>Hub:WriteTimeout</c>.</summary>
[Collection(nameof(SharedApi))]
public sealed class VanishedPeerTests(SharedApi shared, ITestOutputHelper output)
{
    private const int Seconds = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/events?topic=vanished")]
    // Over the server's pipes.
    [InlineData("/events?topic=vanished&meter=a")]
    [InlineData("/events/long-poll?topic=vanished&wait=60")]
    public async Task A_reader_whose_packets_are_lost_leaves_within_the_write_timeout(string target)
    {
        await using var api = await StartAsync("00:00:01");
        using var announced = await api.Client.PostAsync("/operations/meters?meter=a", null, Cancellation);
        using var peer = await RequestAsync(api, target);
        using var other = await RequestAsync(api, "/events?topic=vanished");
        await WaitForStreamsAsync(api, 2);

        DropIncoming(peer);
        var vanished = Stopwatch.GetTimestamp();
        await WaitForStreamsAsync(api, 1);
        var left = Stopwatch.GetElapsedTime(vanished);

        output.WriteLine($"left after {left}");
        // A heartbeat or a probe has to be sent first.
        Assert.InRange(left, TimeSpan.Zero, TimeSpan.FromSeconds(Seconds + 5));
        // A reader that is there has stayed meanwhile.
        await WaitForStreamsAsync(api, 1);
    }

    [Fact]
    public async Task A_reader_to_which_nothing_is_sent_leaves_as_well()
    {
        await using var api = await StartAsync("01:00:00");
        using var peer = await RequestAsync(api, "/events?topic=vanished");
        await WaitForStreamsAsync(api, 1);

        DropIncoming(peer);
        var vanished = Stopwatch.GetTimestamp();
        await WaitForStreamsAsync(api, 0);

        output.WriteLine($"left after {Stopwatch.GetElapsedTime(vanished)}");
        Assert.InRange(Stopwatch.GetElapsedTime(vanished), TimeSpan.Zero, TimeSpan.FromSeconds(Seconds + 5));
    }

    private Task<ServiceProcess> StartAsync(string heartbeat) =>
        shared.StartAnotherAsync(("Hub__WriteTimeout", $"00:00:0{Seconds}"), ("Hub__Heartbeat", heartbeat));

    private static async Task<Socket> RequestAsync(ServiceProcess api, string target)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, api.Address.Port, Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"), Cancellation);
        return socket;
    }

    private static async Task WaitForStreamsAsync(ServiceProcess api, int expected)
    {
        for (var waited = Stopwatch.GetTimestamp(); ; await Task.Delay(50, Cancellation))
        {
            var stats = await api.Client.GetFromJsonAsync<JsonNode>("/stats?replica=self", Cancellation);
            var streams = (int)stats!["connections"]!["total"]!;
            if (streams == expected)
            {
                return;
            }

            Assert.True(Stopwatch.GetElapsedTime(waited) < TimeSpan.FromSeconds(40), $"{streams} streams are open, {expected} are expected");
        }
    }

    /// <summary>
    /// Has the kernel drop every packet that arrives for the socket, before TCP sees it: it acknowledges nothing and resets
    /// nothing, as a machine that is off the network (a socket filter that accepts no byte).
    /// </summary>
    private static void DropIncoming(Socket socket)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a socket filter is Linux's");
        const int SocketLevel = 1;
        const int AttachFilter = 26;
        // BPF_RET | BPF_K, 0.
        var instructions = GCHandle.Alloc(new ushort[] { 6, 0, 0, 0 }, GCHandleType.Pinned);
        var program = new FilterProgram { Length = 1, Instructions = instructions.AddrOfPinnedObject() };
        socket.SetRawSocketOption(SocketLevel, AttachFilter, MemoryMarshal.AsBytes(new ReadOnlySpan<FilterProgram>(ref program)));
        instructions.Free();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }
}
