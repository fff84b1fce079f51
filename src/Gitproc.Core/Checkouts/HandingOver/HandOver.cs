using Gitproc.Git;
using Gitproc.Leases;
namespace Gitproc.Checkouts.HandingOver;
internal sealed record HandOverRequest { public required string Checkout, Path, Base, Model, Key, Url; public required Target Target; public Lease? LastLease; public DateTimeOffset ReleasedAt; public CleanMode Clean; public bool Discard, IsRescued; public long MostRescued; public required Action<Rescue> Rescued; }
internal sealed class HandOver(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports) { public Rescue? Run(HandOverRequest r, CancellationToken c) { _ = (folder, reports); git.Run(new GitCall("reset", "--hard", r.Target.Commit ?? "HEAD") { WorkingDirectory = r.Path, MayFail = true }, c); new PristineGitDirectory(r.Model, r.Url, r.Target).Write(System.IO.Path.Combine(r.Path, ".git")); return null; } }
