using System.Runtime.InteropServices;

namespace SseAspire.Api.Operations;

/// <summary>
/// <c>POST /operations/restart</c>: every replica stops as it does on SIGTERM and begins anew in the same process,
/// with nothing of what it had in memory. Answers 202 and how many replicas were told.
/// </summary>
internal sealed class Restart : IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly PosixSignalRegistration[] _signals;

    public Restart(IHostApplicationLifetime lifetime)
    {
        _lifetime = lifetime;
        // Who asks the process to end while it is about to begin anew means it to end.
        _signals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, _ => IsAsked = false))];
    }

    /// <summary>Whether the application is to begin anew once it has stopped.</summary>
    public bool IsAsked { get; private set; }

    public static async Task<IResult> ServeAsync(Control control) =>
        Results.Json(new { replicas = await control.RestartAsync() }, statusCode: StatusCodes.Status202Accepted);

    /// <summary>Has this replica begin anew, unless it stops already.</summary>
    public void Begin()
    {
        if (!_lifetime.ApplicationStopping.IsCancellationRequested)
        {
            IsAsked = true;
            _lifetime.StopApplication();
        }
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }
    }
}
