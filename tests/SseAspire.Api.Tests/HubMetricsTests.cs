using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using SseAspire.Api.Hub;
using SseAspire.Api.Telemetry;

namespace SseAspire.Api.Tests;

/// <summary>What counting costs.</summary>
public sealed class HubMetricsTests : IDisposable
{
    private const int Deliveries = 10_000;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_delivery_is_counted_without_allocating_whether_somebody_listens_or_not(bool listens)
    {
        using var metrics = new HubMetrics(_services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        var measured = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (listens && instrument.Meter.Name == HubMetrics.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => measured++);
        listener.Start();

        var reading = new Reading(ReadingKind.Frames, new byte[100], default, Events: 1, Source.Head, DateTimeOffset.UtcNow.UtcTicks);
        metrics.Written(Transport.Sse, reading);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Deliveries; i++)
        {
            metrics.Written(Transport.Sse, reading);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(listens ? Deliveries + 1 : 0, measured);
    }

    public void Dispose() => _services.Dispose();
}
