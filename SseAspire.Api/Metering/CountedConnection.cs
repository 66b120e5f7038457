using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SseAspire.Api.Metering;

/// <summary>
/// A connection whose bytes are counted as they are on the wire: with headers, with the framing of chunks, and,
/// over TLS, as ciphertext. They belong to the request that is under way; what comes before one is seen, its head,
/// belongs to it.
/// </summary>
internal sealed class CountedConnection : IDuplexPipe
{
    private readonly Lock _lock = new();
    private readonly CountingReader _input;
    private readonly CountingWriter _output;
    private readonly HashSet<Meter> _usedBy = [];
    private Meter? _meter;
    private long _takenIn;
    private long _takenOut;

    private CountedConnection(IDuplexPipe transport) =>
        (_input, _output) = (new CountingReader(transport.Input), new CountingWriter(transport.Output));

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    /// <summary>Counts the bytes of each connection.</summary>
    public static void Count(ListenOptions endpoint) => endpoint.Use(static next => async connection =>
    {
        var transport = connection.Transport;
        var counted = new CountedConnection(transport);
        connection.Features.Set(counted);
        connection.Transport = counted;
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    });

    /// <summary>Notes that a meter uses it; whether that is for the first time.</summary>
    public bool UseBy(Meter meter)
    {
        lock (_lock)
        {
            return _usedBy.Add(meter);
        }
    }

    /// <summary>A request begins that is counted.</summary>
    public void Begin(Meter meter)
    {
        lock (_lock)
        {
            _meter = meter;
        }
    }

    /// <summary>The request, counted or not, has been answered to the last byte.</summary>
    public void End()
    {
        lock (_lock)
        {
            TakeDelta();
            _meter = null;
        }
    }

    /// <summary>Counts what has gone over it so far, if it is for a request that is counted.</summary>
    public void Take()
    {
        lock (_lock)
        {
            if (_meter is not null)
            {
                TakeDelta();
            }
        }
    }

    private void TakeDelta()
    {
        var (bytesIn, bytesOut) = (_input.Count, _output.Count);
        _meter?.Add(bytesIn - _takenIn, bytesOut - _takenOut);
        (_takenIn, _takenOut) = (bytesIn, bytesOut);
    }
}
