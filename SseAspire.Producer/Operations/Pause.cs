using Microsoft.Extensions.Diagnostics.HealthChecks;
using SseAspire.ServiceDefaults;

namespace SseAspire.Producer.Operations;

/// <summary>
/// Whether the sources pause: an operator's <c>POST /operations/pause</c> and <c>POST /operations/resume</c>. What
/// happens upstream meanwhile stays there, and is read when they go on.
/// </summary>
/// <remarks>A producer that is started again does not pause.</remarks>
internal sealed partial class Pause(TimeProvider time, ILogger<Pause> logger) : IHealthCheck
{
    private readonly Lock _lock = new();
    private volatile State _state = new(null);

    /// <summary>Whether the sources pause.</summary>
    public bool IsOn => _state.Since is not null;

    /// <summary>Has the sources pause; where they do so already, nothing changes. Answers 200 and <c>{state, since}</c>.</summary>
    public IResult Begin()
    {
        lock (_lock)
        {
            if (!IsOn)
            {
                _state = new(time.GetUtcNow(), time.GetTimestamp());
                SourcesPause();
            }

            return Answer();
        }
    }

    /// <summary>Has the sources go on; where they do so already, nothing changes. Answers 200 and <c>{state}</c>.</summary>
    public IResult End()
    {
        lock (_lock)
        {
            if (IsOn)
            {
                var paused = _state;
                _state = new(null);
                SourcesGoOn(time.GetElapsedTime(paused.Timestamp));
                paused.Over.SetResult();
            }

            return Answer();
        }
    }

    /// <summary>Returns when the sources do not pause.</summary>
    public Task OverAsync(CancellationToken cancellationToken)
    {
        var state = _state;
        return state.Since is null ? Task.CompletedTask : state.Over.Task.WaitAsync(cancellationToken);
    }

    /// <summary>A producer that pauses does as it was told, so it is healthy; but an operator who wonders must see it.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            _state.Since is { } since ? HealthReportBody.Since(HealthStatus.Healthy, "paused", since) : HealthCheckResult.Healthy());

    private IResult Answer() =>
        Results.Json(_state.Since is { } since ? (object)new { state = "paused", since = since.UtcDateTime } : new { state = "running" });

    [LoggerMessage(LogLevel.Information, "The sources pause: an operator asked for it")]
    private partial void SourcesPause();

    [LoggerMessage(LogLevel.Information, "The sources go on after {Paused}: an operator asked for it")]
    private partial void SourcesGoOn(TimeSpan paused);

    /// <summary>Since when they pause, and what ends it: replaced together.</summary>
    private sealed record State(DateTimeOffset? Since, long Timestamp = 0)
    {
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
