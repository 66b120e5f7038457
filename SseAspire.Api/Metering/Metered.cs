namespace SseAspire.Api.Metering;

/// <summary>Marks an endpoint whose requests may carry a meter.</summary>
internal sealed class Metered;
