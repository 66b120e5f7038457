using System.Reflection;
using SseAspire.Benchmarks.Load;

namespace SseAspire.Benchmarks.Servers;

/// <summary>The hub as it ships: SseAspire.Api, with a broker of its own, which starts empty.</summary>
internal class HubServer : DotnetServer
{
    public const string Key = "benchmark";

    private static readonly string Assembly = typeof(HubServer).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(metadata => metadata.Key == "HubAssembly").Value!;

    private readonly Broker _broker;

    /// <param name="settings">Settings over those that it is always measured with; of two of a name the last counts.</param>
    public HubServer(params (string Name, string Value)[] settings)
        : this(Broker.Start(), settings)
    {
    }

    private HubServer(Broker broker, (string Name, string Value)[] settings)
        : base(Assembly, [], new Dictionary<string, string>(settings.Reverse().DistinctBy(setting => setting.Name).Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
        {
            ["ConnectionStrings__broker"] = broker.ConnectionString,
            ["Publishing__Key"] = Key,
            ["Log__MaxEvents"] = "2000000",
            // A publication that is held up is to be seen by its latency, on a busy machine too: refused it would
            // end the measurement.
            ["Log__AppendTimeout"] = "00:02:00",
            // From the first reader on: what a compressed stream costs is to be measured, not when it begins to pay.
            ["Hub__CompressFrom"] = "1",
            ["Hub__MaxConnections"] = "1000000",
            ["Hub__MaxConnectionsPerAddress"] = "1000000",
        }) => _broker = broker;

    public override string StreamPath => $"/events?topic={Publication.Benchmark}";

    public override string ReplayPath => $"{StreamPath}&lastEventId=earliest";

    public override long? LogReads => _broker.CountReads();

    public override void Dispose()
    {
        base.Dispose();
        _broker.Dispose();
    }

    // It subscribes, then answers, at once.
    protected override int CountServed(ReaderFleet readers) => readers.Answered;
}
