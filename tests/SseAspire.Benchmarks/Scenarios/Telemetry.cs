using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>The same load for a hub that tells a collector of it and for one that does not: what does it cost to be seen?</summary>
internal sealed class Telemetry : Fanout
{
    public override string Name => "telemetry";

    public override string Description => "what fanout costs with telemetry on and off (--readers 1000 --rate 50 --seconds 10)";

    /// <summary>
    /// The warm-up is long: with telemetry there is more code that the runtime compiles anew while it is busy, which is
    /// over some time and not what it costs to be seen.
    /// </summary>
    public override Settings Defaults => base.Defaults with { WarmUp = 25, Servers = [ServerKind.Observed, ServerKind.Hub] };
}
