namespace SseAspire.Web.Learn;

/// <summary>A stretch of time in a <see cref="Conversation"/>, in its seconds.</summary>
internal sealed record Period(double From, double To);
