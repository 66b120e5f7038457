namespace SseAspire.Producer.Sources;

/// <summary>Room on the disk that the producer runs from, in bytes.</summary>
internal readonly record struct DiskSpace(long FreeBytes, long TotalBytes)
{
    /// <summary>Reads it.</summary>
    public static DiskSpace? Read()
    {
        // Windows knows drives by their roots; elsewhere any folder leads to the disk it is on.
        var folder = AppContext.BaseDirectory;
        var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder);
        return new DiskSpace(drive.AvailableFreeSpace, drive.TotalSize);
    }
}
